// The first-time guide: three steps that tick themselves off, gone once done or dismissed.

import { h, reconcile } from "./dom.js";
import { watch } from "./interact.js";
import { use } from "./money_tab.js";
import { become, openChannel, place } from "./place.js";
import { changed, store } from "./state.js";
import { people, person, rootsOf } from "./workspace.js";

const KEY = "signoff.guide";
const box = document.getElementById("guide");
const progress = { asked: false, approved: false, killed: false, came_back: false, dismissed: false, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };

const STEPS = [
  { done: () => progress.asked, words: "As Riley, ask for a refund: type /refund with a payment and an amount.", action: "Fill it in", run: ask },
  { done: () => progress.approved, words: "Become Morgan, a support lead, and approve it. Watch the thread, and the money under Refunds.", action: "Be Morgan", run: () => become("U0MORGAN") },
  { done: () => progress.came_back, words: "Ask again, kill the bot while the card waits, start it, and then approve. Nothing is lost, nothing happens twice.", action: null },
];

watch(({ kind, answer, what }) => {
  if (!answer.ok) return;
  const byForm = kind === "submit" && answer.response === null && what.view.callback_id === "ask";
  if (byForm || (kind === "command" && what.name === "/refund" && !answer.view)) progress.asked = true;
  if (kind === "/drive/bot" && what.action === "kill") progress.killed = true;
  if (kind === "/drive/reset") progress.killed = false;
  const decided = kind === "click" && what.element.style === "primary" && person(what.user).role === "approver";
  if (decided && progress.killed && progress.approved) progress.came_back = true;
  if (decided) progress.approved = true;
  save();
});

function save() {
  localStorage.setItem(KEY, JSON.stringify(progress));
  changed();
}

function ask() {
  const riley = people().find((it) => it.role === "requester");
  if (place.user !== riley.id) become(riley.id);
  openChannel("C0REFUNDS");
  if (store.catalogue.length) use(store.catalogue[0].id);
}

export function renderGuide() {
  const finished = STEPS.every((step) => step.done());
  box.hidden = progress.dismissed || finished;
  if (box.hidden) return;
  // Cards need the room: once there are messages only the step at hand is shown.
  box.classList.toggle("slim", rootsOf(place.channel).length > 0);
  const current = STEPS.findIndex((step) => !step.done());
  reconcile(document.getElementById("guide-steps"), STEPS.map((step, index) => stepItem(step, index, current)));
}

function stepItem(step, index, current) {
  const state = step.done() ? "done" : index === current ? "current" : "later";
  return {
    key: String(index),
    signature: state,
    create: () =>
      h(
        "li",
        { class: state, "aria-current": state === "current" ? "step" : null },
        h("span", { class: "tick", "aria-hidden": "true" }, step.done() ? "✓" : index + 1),
        h("span", { class: "guide-words" }, step.words),
        step.action && state === "current" ? h("button", { type: "button", class: "button slim", dataset: { focus: "guide" }, onclick: step.run }, step.action) : null,
      ),
  };
}

document.getElementById("guide-dismiss").addEventListener("click", () => {
  progress.dismissed = true;
  save();
});
