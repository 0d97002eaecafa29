// What the page cannot show is said loudly: a block that vanished silently would hide a mistake.

import { h } from "./dom.js";

export function unknown(thing) {
  return h("div", { class: "cannot-render", role: "alert", "data-testid": "cannot-render" }, `can't render: ${thing?.type ?? typeof thing}`);
}
