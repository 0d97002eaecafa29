// Short messages at the top of the page, clear of the cards; read out by screen readers, gone after a while.

import { h } from "./dom.js";

const SHOWN_MS = 6000;

export function toast(text) {
  const place = document.getElementById("toasts");
  const node = h("div", { class: "toast", "data-testid": "toast", dir: "auto" }, text);
  place.replaceChildren(node);
  setTimeout(() => node.remove(), SHOWN_MS);
}
