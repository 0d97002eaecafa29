// The first-time guide: three lines on what to try. They tick themselves off, and it ends when they are done.

import { h, reconcile } from "./dom.js";
import { beginAgain, dismiss, isDismissed, progress, wasDone } from "./guide_progress.js";
import { use } from "./money_tab.js";
import { become, openChannel, place } from "./place.js";
import { changed, store } from "./state.js";
import { people, rootsOf } from "./workspace.js";

const box = document.getElementById("guide");
const again = document.getElementById("guide-show");
let ending = !wasDone(); // the last words are said in the visit that came to the end

const STEPS = [
  { words: "As Riley, ask for a refund: /refund, a payment, an amount, a reason.", action: ["Fill it in", ask] },
  { words: "Become Morgan, a support lead, and approve it. The thread tells, and the money is back.", action: ["Be Morgan", beMorgan] },
  { words: "Ask again, and kill the bot while the card waits. Start it and approve: nothing is lost, nothing happens twice.", action: ["Fill it in", ask] },
];
/** What the last step asks for next. */
const NEXT = {
  kill: ["Kill it", () => document.getElementById("kill").click()],
  starting: null, // nothing to do but wait
  start: ["Start it", () => document.getElementById("start").click()],
  approve: ["Be Morgan", beMorgan],
};
const THE_END = "You have seen it all come back from its row. The control panel has more trouble to make.";

document.getElementById("guide-dismiss").addEventListener("click", () => {
  dismiss();
  changed();
  again.focus();
});
again.addEventListener("click", () => {
  if (box.hidden) beginAgain();
  else dismiss();
  ending = true;
  if (place.home) openChannel("C0REFUNDS");
  changed();
});

export function renderGuide() {
  const far = progress();
  const done = [far.asked, far.approved, far.cameBack];
  const finished = done.every(Boolean);
  const current = done.indexOf(false);
  box.hidden = isDismissed() || (finished && !ending);
  again.setAttribute("aria-expanded", String(!box.hidden));
  document.body.dataset.guide = box.hidden ? "" : hint(current, far);
  if (box.hidden) return;
  // Cards need the room: once there are messages only the step at hand is shown.
  box.classList.toggle("slim", rootsOf(place.channel).length > 0 && !finished);
  const steps = STEPS.map((step, index) => stepItem(step, index, done[index], index === current, far));
  reconcile(document.getElementById("guide-steps"), finished ? [...steps, endItem()] : steps);
}

/** What the last step is about just now, so that the right button stands out: `kill`, `start`, `starting`, `approve`. */
function hint(current, far) {
  if (current !== 2 || !far.waiting) return String(current + 1);
  if (!store.workspace.bot.ready) return store.workspace.bot.pid ? "starting" : "start";
  return far.killed ? "approve" : "kill";
}

function stepItem(step, index, done, current, far) {
  const state = done ? "done" : current ? "current" : "later";
  const next = current ? NEXT[hint(index, far)] : undefined;
  const action = next === undefined ? step.action : next;
  return {
    key: String(index),
    signature: `${state} ${action?.[0]}`,
    create: () =>
      h(
        "li",
        { class: state, "aria-current": current ? "step" : null },
        h("span", { class: "tick", "aria-hidden": "true" }, done ? "✓" : index + 1),
        h("span", { class: "guide-words" }, step.words, done ? h("span", { class: "unseen" }, " (done)") : null),
        current && action ? h("button", { type: "button", class: "button slim", dataset: { focus: "guide" }, onclick: action[1] }, action[0]) : null,
      ),
  };
}

const endItem = () => ({ key: "end", signature: THE_END, create: () => h("li", { class: "current" }, h("span", { class: "tick", "aria-hidden": "true" }, "★"), h("span", { class: "guide-words", "data-testid": "guide-end" }, THE_END)) });

function ask() {
  const riley = people().find((it) => it.role === "requester");
  if (place.user !== riley.id) become(riley.id);
  openChannel("C0REFUNDS");
  if (store.catalogue.length) use(store.catalogue[Math.min(rootsOf("C0REFUNDS").length, 2)].id);
}

function beMorgan() {
  become("U0MORGAN");
  openChannel("C0REFUNDS");
}
