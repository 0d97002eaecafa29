// Short messages at the foot of the page, read out by screen readers, gone after a while.

import { h } from "./dom.js";

const SHOWN_MS = 6000;
const AT_ONCE_MAX = 3;

export function toast(text) {
  const place = document.getElementById("toasts");
  const node = h("div", { class: "toast", "data-testid": "toast", dir: "auto" }, text);
  place.append(node);
  while (place.children.length > AT_ONCE_MAX) place.firstElementChild.remove();
  setTimeout(() => node.remove(), SHOWN_MS);
}
