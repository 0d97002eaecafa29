// Interactive elements that hold a value: text fields, radio buttons, checkboxes, dates, and the menus of menus.js.
//
// `control(element, {id, value, onvalue, describedby, invalid})` → a node, or null for a type not known here.
// `value` is what the person gave so far: text, an option's value, or a list of them.

import { h } from "./dom.js";
import { decode, plainText } from "./text.js";
import { textObject } from "./blocks.js";
import { overflow, select, several } from "./menus.js";
import { channels, isDirect, people } from "./workspace.js";

const CONTROLS = {
  plain_text_input: (element, field) => (element.multiline ? counted(h("textarea", { ...textAttributes(element, field), rows: 4 }), element, field) : text("text")(element, field)),
  number_input: (element, field) => text("text")(element, field, { inputmode: element.is_decimal_allowed ? "decimal" : "numeric" }),
  email_text_input: (element, field) => text("email")(element, field),
  url_text_input: (element, field) => text("url")(element, field),
  datepicker: (element, field) => text("date")(element, field),
  timepicker: (element, field) => text("time")(element, field),
  static_select: select,
  multi_static_select: several,
  users_select: (element, field) => select(element, field, everyone()),
  multi_users_select: (element, field) => several(element, field, everyone()),
  channels_select: (element, field) => select(element, field, rooms()),
  conversations_select: (element, field) => select(element, field, [...rooms(), ...everyone()]),
  overflow,
  radio_buttons: (element, field) => choices("radio", element, field),
  checkboxes: (element, field) => choices("checkbox", element, field),
};

const SEVERAL = new Set(["checkboxes", "multi_static_select"]);
const listed = (value, text) => ({ value, text: { type: "plain_text", text, emoji: false } });
const everyone = () => people().map((it) => listed(it.id, it.name));
const rooms = () => channels().filter((it) => !isDirect(it)).map((it) => listed(it.id, `#${it.name}`));

export const control = (element, field) => CONTROLS[element.type]?.(element, field) ?? null;

/** What an element holds before anyone touched it. */
export function initialValue(element) {
  if (element.type === "multi_users_select") return element.initial_users ?? [];
  if (SEVERAL.has(element.type)) return (element.initial_options ?? []).map((option) => option.value);
  const { initial_value, initial_option, initial_date, initial_time, initial_user, initial_channel, initial_conversation } = element;
  return initial_value ?? initial_option?.value ?? initial_date ?? initial_time ?? initial_user ?? initial_channel ?? initial_conversation ?? "";
}

const text = (type) => (element, field, more = {}) => counted(h("input", { type, autocomplete: "off", ...textAttributes(element, field), ...more }), element, field);

function textAttributes(element, { id, describedby, invalid }) {
  return {
    id,
    class: "input",
    dir: "auto",
    placeholder: element.placeholder ? decode(element.placeholder.text) : null,
    "aria-describedby": describedby,
    "aria-invalid": invalid ? "true" : null,
    dataset: { focus: id },
  };
}

/** Adds the count of characters left, shown as Slack does where there is a limit. */
function counted(node, element, { value, onvalue }) {
  node.value = value;
  const left = element.max_length ? h("span", { class: "counter", "aria-live": "off" }) : null;
  const count = () => {
    if (!left) return;
    const remaining = element.max_length - node.value.length;
    left.textContent = String(remaining);
    left.classList.toggle("over", remaining < 0);
  };
  node.addEventListener("input", () => {
    onvalue(node.value);
    count();
  });
  count();
  return left ? h("div", { class: "counted" }, node, left) : node;
}

function choices(type, element, { id, value, onvalue, describedby }) {
  const chosen = () => [...node.querySelectorAll("input:checked")].map((input) => input.value);
  const node = h(
    "div",
    { class: "choices", role: type === "radio" ? "radiogroup" : "group", id, tabindex: "-1", "aria-describedby": describedby },
    ...element.options.map((option, index) =>
      h(
        "label",
        { class: "choice" },
        h("input", { type, name: id, value: option.value, checked: [value].flat().includes(option.value), dataset: { focus: `${id}/${index}` }, onchange: () => onvalue(type === "radio" ? chosen()[0] : chosen()) }),
        h("span", {}, ...(option.text.type === "mrkdwn" ? textObject(option.text) : plainText(option.text)), option.description ? h("span", { class: "hint", dir: "auto" }, ...plainText(option.description)) : null),
      ),
    ),
  );
  return node;
}
