// Interactive elements that hold a value: text fields, selects, radio buttons, checkboxes, dates.
//
// `control(element, {id, value, onvalue, describedby, invalid})` → a node, or null for a type not known here.
// `value` is what the person gave so far: text, an option's value, or a list of them.

import { h } from "./dom.js";
import { decode, plainText } from "./text.js";
import { textObject } from "./blocks.js";
import { people } from "./workspace.js";

const CONTROLS = {
  plain_text_input: (element, field) => (element.multiline ? counted(h("textarea", { ...textAttributes(element, field), rows: 4 }), element, field) : text("text")(element, field)),
  number_input: (element, field) => text("text")(element, field, { inputmode: element.is_decimal_allowed ? "decimal" : "numeric" }),
  email_text_input: (element, field) => text("email")(element, field),
  url_text_input: (element, field) => text("url")(element, field),
  datepicker: (element, field) => text("date")(element, field),
  timepicker: (element, field) => text("time")(element, field),
  static_select: select,
  users_select: (element, field) => select({ ...element, options: people().map((it) => ({ value: it.id, text: { type: "plain_text", text: it.name } })) }, field),
  radio_buttons: (element, field) => choices("radio", element, field),
  checkboxes: (element, field) => choices("checkbox", element, field),
};

export const control = (element, field) => CONTROLS[element.type]?.(element, field) ?? null;

/** What an element holds before anyone touched it. */
export function initialValue(element) {
  if (element.type === "checkboxes") return (element.initial_options ?? []).map((option) => option.value);
  return element.initial_value ?? element.initial_option?.value ?? element.initial_date ?? element.initial_time ?? element.initial_user ?? "";
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

function select(element, { id, value, onvalue, describedby, invalid }) {
  const option = (it) => h("option", { value: it.value, dir: "auto" }, decode(it.text.text));
  const node = h(
    "select",
    { id, class: "input", "aria-describedby": describedby, "aria-invalid": invalid ? "true" : null, "aria-label": decode(element.placeholder?.text ?? "Select an option"), dataset: { focus: id } },
    h("option", { value: "" }, decode(element.placeholder?.text ?? "Select an option")),
    ...(element.options ?? []).map(option),
    ...(element.option_groups ?? []).map((group) => h("optgroup", { label: decode(group.label.text) }, ...group.options.map(option))),
  );
  node.value = value;
  node.addEventListener("change", () => onvalue(node.value));
  return node;
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
