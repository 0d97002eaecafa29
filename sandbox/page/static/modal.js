// Open modals: the top one of the person's stack, its inputs, its errors, its submission.

import { post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { control, initialValue } from "./controls.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { click, explain, finish, marksUnder } from "./interact.js";
import { place } from "./place.js";
import { changed, refresh } from "./state.js";
import { clickable } from "./surface.js";
import { plainText } from "./text.js";
import { toast } from "./toast.js";
import { viewsOf } from "./workspace.js";

const dialog = document.getElementById("modal");
let shown = null; // {id, values, errors, problem, sending} of the view on top
let drawn = "";

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
    if (dialog.open) dialog.close();
    return;
  }
  if (shown?.id !== view.id) shown = { id: view.id, values: new Map(), errors: {}, problem: null, sending: false };
  const signature = JSON.stringify([view.id, view.hash, view.title, view.blocks, shown.errors, shown.problem, shown.sending, stack.length, marksUnder(`${view.id}/`)]);
  if (signature === drawn) return;
  drawn = signature;
  draw(view, stack.length);
}

function draw(view, depth) {
  const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const body = h(
    "div",
    { class: "modal-body" },
    shown.problem ? h("div", { class: "modal-problem", role: "alert" }, icon("warning"), shown.problem) : null,
    ...renderBlocks(view.blocks ?? [], { ...clickable(view.id, () => ({ user: place.user, view_id: view.id, values: valuesOf(view) })), input }),
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
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid=true], .field-error + * [tabindex]");
  const again = focused ? [...dialog.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === focused) : null;
  (wrong ?? again ?? dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select") ?? dialog.querySelector("footer .primary, footer .button"))?.focus();
}

function input(block) {
  const key = keyOf(block);
  if (!shown.values.has(key)) shown.values.set(key, initialValue(block.element));
  const id = `input ${key}`.replaceAll(/\s/g, "-");
  const error = shown.errors[block.block_id];
  const node = control(block.element, {
    id,
    value: shown.values.get(key),
    onvalue: (value) => shown.values.set(key, value),
    describedby: [block.hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(" ") || null,
    invalid: Boolean(error),
  });
  if (!node) return null;
  if (asksOnEnter(block)) node.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) entered(event, block); });
  return h(
    "div",
    { class: error ? "field-input wrong" : "field-input" },
    h("label", { for: id, dir: "auto" }, ...plainText(block.label), block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    node,
    error ? h("div", { class: "field-error", id: `${id}-error`, role: "alert", dir: "auto", "data-testid": "field-error" }, error) : null,
    block.hint ? h("div", { class: "hint", id: `${id}-hint`, dir: "auto" }, ...plainText(block.hint)) : null,
  );
}

/** A text field that tells the app what stands in it when Enter is pressed. */
function asksOnEnter({ dispatch_action: dispatches, element }) {
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return dispatches && element.type === "plain_text_input" && when.includes("on_enter_pressed");
}

function entered(event, block) {
  event.preventDefault();
  const view = viewsOf(place.user).at(-1);
  const target = { user: place.user, view_id: view.id, block_id: block.block_id, values: valuesOf(view) };
  click(`${view.id}/${keyOf(block)}`, target, block.element, { value: shown.values.get(keyOf(block)) });
}

const keyOf = (block) => `${block.block_id}/${block.element.action_id}`;

async function submit(view) {
  if (shown.sending) return;
  shown.problem = null;
  shown.errors = missing(view);
  if (Object.keys(shown.errors).length) return changed();
  shown.sending = true;
  changed();
  const of = shown;
  const answer = await post("/drive/submit", { user: place.user, view_id: view.id, values: valuesOf(view) });
  of.sending = false;
  if (!answer.ok) of.problem = "We had some trouble connecting. Try again?";
  if (answer.response?.response_action === "errors") of.errors = answer.response.errors;
  if (!answer.ok) console.warn("The submission failed", explain(answer.error));
  await finish({ kind: "submit", answer, what: { user: place.user, view } });
  changed();
}

/** What Slack checks itself before it sends anything. */
function missing(view) {
  const errors = {};
  for (const block of view.blocks.filter((it) => it.type === "input")) {
    const value = shown.values.get(keyOf(block)) ?? "";
    const { min_length: least, max_length: most } = block.element;
    if (value.length === 0 && !block.optional) errors[block.block_id] = "Please complete this required field.";
    else if (most && value.length > most) errors[block.block_id] = `Please keep this to ${most} characters or fewer.`;
    else if (least && value.length && value.length < least) errors[block.block_id] = `Please enter at least ${least} characters.`;
    else if (block.element.type === "number_input" && value && !Number.isFinite(Number(value))) errors[block.block_id] = "Please enter a number.";
  }
  return errors;
}

function valuesOf(view) {
  const values = {};
  for (const block of view.blocks.filter((it) => it.type === "input")) {
    const value = shown.values.get(keyOf(block));
    values[block.block_id] = { [block.element.action_id]: value === "" ? null : value };
  }
  return values;
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
