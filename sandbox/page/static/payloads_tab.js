// The panel's third tab: the last payloads between Slack, Stripe and the bot, newest first.

import { clockTimeWithSeconds } from "./dates.js";
import { h, reconcile } from "./dom.js";
import { store } from "./state.js";

const SHOWN_MAX = 100;
const filter = document.getElementById("payloads-filter");
const list = document.getElementById("payloads");

filter.addEventListener("input", renderPayloadsTab);

export function renderPayloadsTab() {
  const wanted = filter.value.trim().toLowerCase();
  const matches = (it) => wanted === "" || `${it.kind} ${it.summary} ${it.outcome}`.toLowerCase().includes(wanted);
  const shown = store.payloads.filter(matches).slice(-SHOWN_MAX).reverse();
  document.getElementById("payloads-none").hidden = shown.length > 0;
  reconcile(list, shown.map(payloadItem));
}

function payloadItem(it) {
  const toBot = it.direction === "to_bot";
  return {
    key: String(it.n),
    signature: JSON.stringify([it.took_ms, it.outcome]),
    create: () => {
      const body = h("div", {});
      const details = h(
        "details",
        { class: "payload" },
        h(
          "summary",
          {},
          h("span", { class: `direction ${it.direction}`, title: toBot ? "to the bot" : "from the bot" }, toBot ? "→ bot" : "bot →"),
          h("span", { class: "kind" }, it.kind),
          h("span", { class: "took" }, it.took_ms === null ? "" : `${Math.round(it.took_ms)} ms`),
          h("span", { class: "summary", dir: "auto" }, it.summary),
          h("span", { class: "outcome", dir: "auto" }, `${clockTimeWithSeconds(it.at)} · ${it.outcome}`),
        ),
        body,
      );
      // A payload is written out when someone looks, not for each of a hundred rows.
      details.addEventListener("toggle", () => details.open && !body.firstChild && body.append(h("pre", { tabindex: "0" }, JSON.stringify(it.body, null, 2))));
      return details;
    },
  };
}
