// Open modals: the top one of the person's stack, where its focus goes, its submission.

import { post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { click, explain, finish, lastPressed, marksUnder } from "./interact.js";
import { field, keyOf, missing, valuesOf } from "./modal_fields.js";
import { place } from "./place.js";
import { changed, refresh } from "./state.js";
import { clickable } from "./surface.js";
import { plainText } from "./text.js";
import { toast } from "./toast.js";
import { viewsOf } from "./workspace.js";

const dialog = document.getElementById("modal");
let shown = null; // {id, hash, values, errors, problem, sending} of the view on top
let drawn = "";
let cameFrom = null; // the name of the control that had the focus before

dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (shown) close();
});

export function renderModal() {
  const stack = viewsOf(place.user);
  const view = stack.at(-1);
  if (!view) {
    shown = null;
    drawn = "";
    if (dialog.open) leave();
    return;
  }
  if (shown?.id !== view.id) shown = { id: view.id, hash: null, values: new Map(), errors: {}, problem: null, sending: false };
  const signature = JSON.stringify([view.id, view.hash, view.title, view.blocks, shown.errors, shown.problem, shown.sending, stack.length, marksUnder(`${view.id}/`)]);
  if (signature === drawn) return;
  drawn = signature;
  draw(view, stack.length);
}

/** The browser gives the focus back, but not to what was drawn anew meanwhile. */
function leave() {
  dialog.close();
  if (!cameFrom) return;
  [...document.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === cameFrom)?.focus({ preventScroll: true });
}

function draw(view, depth) {
  const focused = dialog.contains(document.activeElement) ? document.activeElement : null;
  const top = staysPut(view, focused) ? (dialog.querySelector(".modal-body")?.scrollTop ?? 0) : 0;
  const body = h(
    "div",
    { class: "modal-body" },
    shown.problem ? h("div", { class: "modal-problem", role: "alert" }, icon("warning"), shown.problem) : null,
    ...renderBlocks(view.blocks ?? [], { ...clickable(view.id, () => ({ user: place.user, view_id: view.id, values: valuesOf(view, shown.values) })), input: (block) => field(block, shown, entered) }),
  );
  dialog.replaceChildren(
    h(
      "form",
      { novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(view); } },
      h("header", {}, h("h2", { id: "modal-title", dir: "auto" }, ...plainText(view.title)), depth > 1 ? h("span", { class: "depth" }, `${depth} open`) : null, h("button", { type: "button", class: "icon-button", "aria-label": "Close", dataset: { focus: "close" }, onclick: close }, icon("close"))),
      body,
      h(
        "footer",
        {},
        h("button", { type: "button", class: "button", "data-testid": "modal-close", dataset: { focus: "cancel" }, onclick: close }, ...(view.close ? plainText(view.close) : [view.submit ? "Cancel" : "Close"])),
        view.submit ? h("button", { type: "submit", class: `button primary ${shown.sending ? "pending" : ""}`, "data-testid": "modal-submit", "aria-busy": shown.sending ? "true" : null, dataset: { focus: "submit" } }, ...plainText(view.submit)) : null,
      ),
    ),
  );
  if (!dialog.open) {
    const before = document.activeElement;
    cameFrom = before.dataset.focus ?? (before.matches("body, article") ? lastPressed() : null);
    dialog.showModal();
  }
  const wrong = dialog.querySelector("[aria-invalid=true], .field-error + * [tabindex]");
  body.scrollTop = top;
  const again = sameControl(focused);
  if (wrong || !again) (wrong ?? dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select") ?? dialog.querySelector("footer .primary, footer .button"))?.focus();
  else again.focus({ preventScroll: true });
  shown.hash = view.hash;
}

/** What the app put anew is read from its top, unless the person is just typing into it. */
const staysPut = (view, focused) => shown.hash === view.hash || Boolean(focused?.matches("input, textarea, select"));

/** The control that had the focus, or the one in its place: a button to another page carries another value then. */
function sameControl(before) {
  const all = [...dialog.querySelectorAll("[data-focus]")];
  const name = before?.dataset.focus;
  const inPlace = (node) => before.dataset.actionId && node.dataset.actionId === before.dataset.actionId && blockOf(node) === blockOf(before);
  return name ? (all.find((node) => node.dataset.focus === name) ?? all.find(inPlace)) : null;
}

const blockOf = (node) => node.closest("[data-block-id]")?.dataset.blockId;

function entered(event, block) {
  event.preventDefault();
  const view = viewsOf(place.user).at(-1);
  const target = { user: place.user, view_id: view.id, block_id: block.block_id, values: valuesOf(view, shown.values) };
  click(`${view.id}/${keyOf(block)}`, target, block.element, { value: shown.values.get(keyOf(block)) });
}

async function submit(view) {
  if (shown.sending) return;
  shown.problem = null;
  shown.errors = missing(view, shown.values);
  if (Object.keys(shown.errors).length) return changed();
  shown.sending = true;
  changed();
  const of = shown;
  const answer = await post("/drive/submit", { user: place.user, view_id: view.id, values: valuesOf(view, shown.values) });
  of.sending = false;
  if (!answer.ok) of.problem = "We had some trouble connecting. Try again?";
  if (answer.response?.response_action === "errors") of.errors = answer.response.errors;
  if (!answer.ok) console.warn("The submission failed", explain(answer.error));
  await finish({ kind: "submit", answer, what: { user: place.user, view } });
  changed();
}

async function close() {
  const answer = await post("/drive/close", { user: place.user, view_id: shown.id });
  const gone = answer.error === "view_not_found"; // pressed twice, or closed by the app meanwhile
  if (!answer.ok && !gone) toast(explain(answer.error));
  await refreshed();
}

async function refreshed() {
  try {
    await refresh();
  } catch (problem) {
    console.warn("The sandbox did not answer", problem);
    toast(explain("sandbox_unreachable"));
  }
  changed();
}
