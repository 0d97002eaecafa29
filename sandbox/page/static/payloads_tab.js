// The panel's fourth tab: the last payloads between Slack, Stripe and the bot, newest first.

import { clockTimeWithSeconds } from "./dates.js";
import { h, reconcile, setText } from "./dom.js";
import { store } from "./state.js";

const SHOWN_MAX = 100;
const SIDES = {
  all: ["All", () => true],
  to_bot: ["To the bot", (it) => it.direction === "to_bot"],
  slack: ["To Slack", (it) => it.direction === "from_bot" && !["stripe", "model"].includes(it.kind)],
  stripe: ["To Stripe", (it) => it.direction === "from_bot" && it.kind === "stripe"],
  model: ["To a model", (it) => it.direction === "from_bot" && it.kind === "model"],
};
const filter = document.getElementById("payloads-filter");
const list = document.getElementById("payloads");
const words = new WeakMap();
let side = "all";

filter.addEventListener("input", renderPayloadsTab);

export function renderPayloadsTab() {
  const wanted = filter.value.trim().toLowerCase();
  const found = store.payloads.filter((it) => SIDES[side][1](it) && (wanted === "" || wordsOf(it).includes(wanted)));
  const shown = found.slice(-SHOWN_MAX).reverse();
  reconcile(document.getElementById("payloads-sides"), Object.keys(SIDES).map(sideItem));
  setText(document.getElementById("payloads-count"), counted(shown.length, found.length));
  reconcile(list, shown.map(payloadItem));
}

function counted(shown, found) {
  if (!store.payloads.length) return "Nothing yet.";
  if (shown < found) return `The newest ${shown} of ${found}. The sandbox keeps the last ${store.payloads.length}.`;
  return `${found} of the last ${store.payloads.length}, newest first.`;
}

/** All that can be looked for in a payload, its body too: written out once. */
function wordsOf(it) {
  if (!words.has(it)) words.set(it, `${it.kind} ${it.summary} ${it.outcome} ${JSON.stringify(it.body)}`.toLowerCase());
  return words.get(it);
}

function sideItem(name) {
  const choose = () => {
    side = name;
    renderPayloadsTab();
  };
  return {
    key: name,
    signature: String(name === side),
    create: () => h("button", { type: "button", class: "chip", "aria-pressed": String(name === side), dataset: { focus: name }, onclick: choose }, SIDES[name][0]),
  };
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
        { class: isTrouble(it) ? "payload trouble" : "payload" },
        h(
          "summary",
          {},
          h("span", { class: `direction ${it.direction}`, title: toBot ? "to the bot" : "from the bot" }, toBot ? "→ bot" : "bot →"),
          h("span", { class: "kind" }, it.kind),
          h("span", { class: "took" }, took(it)),
          h("span", { class: "summary", dir: "auto" }, it.summary),
          h("span", { class: "outcome", dir: "auto" }, `${clockTimeWithSeconds(it.at)} · ${it.outcome}`),
        ),
        body,
      );
      // A payload is written out when someone looks, not for each of a hundred rows.
      details.addEventListener("toggle", () => details.open && !body.firstChild && body.append(h("pre", { tabindex: "0", "aria-label": `Payload ${it.kind}` }, JSON.stringify(it.body, null, 2))));
      return details;
    },
  };
}

/** "ack 12 ms" for what the bot acknowledged, "12 ms" for what it was answered. */
function took({ took_ms: ms, direction, outcome }) {
  const rounded = ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
  return direction === "to_bot" && outcome.startsWith("ack") ? `ack ${rounded} ms` : `${rounded} ms`;
}

const FINE = /^(ok|acked|2\d\d)$/;
const isTrouble = (it) => !FINE.test(it.outcome);
