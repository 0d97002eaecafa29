// The interactive elements of one message or modal: what a button or a select does, and how it looks meanwhile.

import { control, initialValue } from "./controls.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { click, markOf } from "./interact.js";
import { plainText } from "./text.js";
import { unknown } from "./unknown.js";

/** `prefix` names the message or view, `target()` is what `/drive/click` needs to find it. */
export function clickable(prefix, target) {
  return {
    control(block, element) {
      const key = `${prefix}/${block.block_id ?? ""}/${element.action_id ?? ""}/${element.value ?? ""}`;
      const node = element.type === "button" ? button(key, target, element) : chooser(key, target, element);
      return node ? h("div", { class: "control" }, node, warning(key)) : unknown(element);
    },
  };
}

function button(key, target, element) {
  const pending = Boolean(markOf(key)?.pending);
  const attributes = {
    class: ["button", element.style ?? "", pending ? "pending" : ""].join(" ").trim(),
    "aria-label": element.accessibility_label,
    "aria-busy": pending ? "true" : null,
    dir: "auto",
    dataset: { focus: key, actionId: element.action_id ?? "" },
    onclick: () => click(key, target(), element, { value: element.value }),
  };
  if (element.url) return h("a", { ...attributes, href: /^https?:/i.test(element.url) ? element.url : null, target: "_blank", rel: "noopener noreferrer" }, ...plainText(element.text));
  return h("button", { ...attributes, type: "button" }, ...plainText(element.text));
}

function chooser(key, target, element) {
  return control(element, {
    id: key,
    value: initialValue(element),
    onvalue: (selected) => click(key, target(), element, { selected }),
  });
}

function warning(key) {
  const failed = markOf(key)?.failed;
  return failed ? h("span", { class: "click-failed", role: "alert" }, icon("warning"), failed) : null;
}
