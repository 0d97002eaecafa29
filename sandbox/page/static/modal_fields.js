// The input blocks of a modal: how each looks, what is entered, and what Slack checks itself before it sends.

import { control, initialValue } from "./controls.js";
import { h } from "./dom.js";
import { plainText } from "./text.js";

/** What a field's value is kept by. */
export const keyOf = (block) => `${block.block_id}/${block.element.action_id}`;

/**
 * A field with its label, hint and error, or null where its element is not known. `modal` holds `values` and `errors`;
 * `entered(event, block)` hears of Enter in a field that tells the app what stands in it.
 */
export function field(block, { values, errors }, entered) {
  const key = keyOf(block);
  if (!values.has(key)) values.set(key, initialValue(block.element));
  const id = `input ${key}`.replaceAll(/\s/g, "-");
  const error = errors[block.block_id];
  const node = control(block.element, {
    id,
    value: values.get(key),
    onvalue: (value) => values.set(key, value),
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

/** What is wrong before anything is sent, by block. */
export function missing(view, values) {
  const errors = {};
  for (const block of view.blocks.filter((it) => it.type === "input")) {
    const value = values.get(keyOf(block)) ?? "";
    const { min_length: least, max_length: most } = block.element;
    if (value.length === 0 && !block.optional) errors[block.block_id] = "Please complete this required field.";
    else if (most && value.length > most) errors[block.block_id] = `Please keep this to ${most} characters or fewer.`;
    else if (least && value.length && value.length < least) errors[block.block_id] = `Please enter at least ${least} characters.`;
    else if (block.element.type === "number_input" && value && !Number.isFinite(Number(value))) errors[block.block_id] = "Please enter a number.";
  }
  return errors;
}

/** What is entered, as `/drive/submit` takes it. */
export function valuesOf(view, values) {
  const entered = {};
  for (const block of view.blocks.filter((it) => it.type === "input")) {
    const value = values.get(keyOf(block));
    entered[block.block_id] = { [block.element.action_id]: value === "" ? null : value };
  }
  return entered;
}
