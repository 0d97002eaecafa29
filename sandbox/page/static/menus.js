// Elements that offer a choice from a list: one of it, several of it, or a deed from the "⋯" of a message.

import { h } from "./dom.js";
import { decode, plainText } from "./text.js";

/** One of a list. `options` replaces the element's own, for people and channels. */
export function select(element, { id, value, onvalue, describedby, invalid }, options = element.options) {
  const empty = decode(element.placeholder?.text ?? "Select an option");
  const node = h(
    "select",
    { id, class: "input", "aria-describedby": describedby, "aria-invalid": invalid ? "true" : null, "aria-label": empty, dataset: { focus: id, actionId: element.action_id ?? "" } },
    h("option", { value: "" }, empty),
    ...(options ?? []).map(option),
    ...(element.option_groups ?? []).map((group) => h("optgroup", { label: decode(group.label.text) }, ...group.options.map(option))),
  );
  node.value = value;
  node.addEventListener("change", () => onvalue(node.value === "" ? null : node.value));
  return node;
}

const option = (it) => h("option", { value: it.value, dir: "auto" }, decode(it.text.text));

/** Several of a list, as boxes to tick. */
export function several(element, { id, value, onvalue, describedby }, options = everyOption(element)) {
  const chosen = () => [...node.querySelectorAll("input:checked")].map((input) => input.value);
  const box = (it, at) => {
    const input = h("input", { type: "checkbox", value: it.value, checked: [value].flat().includes(it.value), dataset: { focus: `${id}/${at}` }, onchange: () => onvalue(chosen()) });
    return h("label", { class: "choice" }, input, h("span", { dir: "auto" }, ...plainText(it.text)));
  };
  const node = h("div", { class: "choices several", role: "group", id, tabindex: "-1", "aria-describedby": describedby, "aria-label": decode(element.placeholder?.text ?? "Select options") }, ...options.map(box));
  return node;
}

const everyOption = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];

/** The "⋯" that opens a short menu. */
export function overflow(element, { id, onvalue }) {
  const menu = h("details", { class: "overflow" });
  const choose = (it) => {
    menu.open = false;
    onvalue(it.value);
  };
  const entry = (it, at) => h("button", { type: "button", role: "menuitem", class: "overflow-item", dir: "auto", dataset: { focus: `${id}/${at}` }, onclick: () => choose(it) }, ...plainText(it.text));
  menu.append(h("summary", { class: "button slim", "aria-label": "More actions", dataset: { focus: id, actionId: element.action_id ?? "" } }, "⋯"), h("div", { class: "overflow-menu", role: "menu" }, ...element.options.map(entry)));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    menu.firstChild.focus();
  });
  menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || (menu.open = false));
  return menu;
}
