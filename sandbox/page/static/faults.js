// Trouble a person can order: what each button does, how much of it is still to come, and taking it back.

import { h, reconcile } from "./dom.js";
import { order } from "./interact.js";
import { store } from "./state.js";
import { count } from "./words.js";

const LATE_MS = 5000; // past the 3 s in which Slack wants an answer
const SLOW_MS = 4000;
const PAST_PATIENCE_MS = 25_000; // past [model] timeout_s, 20 s by default

const GROUPS = [
  [
    "Stripe",
    [
      ["Lose the answer to the refund", { target: "stripe", action: "lose_answer", method: "refunds.create" }, "Stripe will do the next refund, and its answer will be lost."],
      ["Answer the refund with a 500", { target: "stripe", action: "error", method: "refunds.create", status: 500 }, "Stripe answers the next refund with a 500."],
      ["Be slow once", { target: "stripe", action: "delay", delay_ms: SLOW_MS }, "Stripe's next answer takes 4 seconds."],
      ["Be down for 3 calls", { target: "stripe", action: "down", times: 3 }, "Stripe is down for the next 3 calls."],
    ],
  ],
  [
    "Stripe's webhooks",
    [
      ["Drop the next webhook", { target: "webhook", action: "drop" }, "The next webhook is never sent: the bot finds out by reading."],
      ["Send the next webhook twice", { target: "webhook", action: "repeat" }, "The next webhook reaches the bot twice."],
    ],
  ],
  [
    "What Slack brings to the bot",
    [
      ["Drop the next delivery", { target: "delivery", action: "drop" }, "The next delivery to the bot gets lost."],
      ["Repeat the next delivery", { target: "delivery", action: "repeat" }, "The next delivery reaches the bot twice."],
      ["Delay the next delivery", { target: "delivery", action: "delay", delay_ms: LATE_MS }, "The next delivery comes 5 seconds late: Slack has given up on it by then."],
      ["Silence the socket", { target: "delivery", action: "silence" }, "The next delivery is lost and the connection carries nothing more, until Signoff's watchdog replaces it."],
    ],
  ],
  [
    "What the bot tells Slack",
    [
      ["429 on the next message", { target: "slack", action: "rate_limit", method: "chat.postMessage", retry_after_s: 3 }, "Slack answers the bot's next message with a 429."],
      ["Lose the answer to the next message", { target: "slack", action: "lose_answer", method: "chat.postMessage" }, "Slack takes the bot's next message, and its answer will be lost."],
    ],
  ],
  [
    "The model",
    [
      ["Say it is high risk", { target: "model", action: "raise_risk" }, "The model's next answer raises the risk to high."],
      ["Say it is low risk", { target: "model", action: "lower_risk" }, "The model's next answer calls the risk low. It can't lower what the rules found."],
      ["Obey the reason's text", { target: "model", action: "echo" }, "The model's next answer does as the reason says, and repeats it."],
      ["Ask for more than it may", { target: "model", action: "overreach" }, "The model's next answer has fields nobody asked for: an approval, an amount, an approver."],
      ["Answer with rubbish", { target: "model", action: "rubbish" }, "The model's next answer is rubbish."],
      ["Answer without end", { target: "model", action: "too_long" }, "The model's next answer is cut off at its limit."],
      ["Answer with a 500", { target: "model", action: "error", status: 500 }, "The model answers the next call with a 500."],
      ["Answer with a 429", { target: "model", action: "rate_limit" }, "The model answers the next call with a 429."],
      ["Answer too late", { target: "model", action: "delay", delay_ms: PAST_PATIENCE_MS }, "The model's next answer takes 25 seconds: Signoff waits 20 at most."],
      ["Lose the answer", { target: "model", action: "lose_answer" }, "The model works out its next answer, and it is lost."],
    ],
    "Asked about each refund by a bot with SIGNOFF_MODEL=openai:gpt-5-mini in its environment.",
  ],
];

const box = document.getElementById("fault-buttons");

document.getElementById("faults-clear").addEventListener("click", () => order("/drive/fault", { clear: true }, "Nothing goes wrong any more."));

export function renderFaults() {
  const { faults } = store.workspace;
  reconcile(box, GROUPS.map(([name, orders, hint]) => group(name, orders, hint, faults)));
  document.getElementById("faults-ordered").hidden = faults.length === 0;
  reconcile(document.getElementById("faults"), faults.map(faultItem));
}

function group(name, orders, hint, faults) {
  const left = orders.map(([, wanted]) => times(wanted, faults));
  return {
    key: name,
    signature: JSON.stringify(left),
    create: () => h("section", {}, h("h3", {}, name), hint ? h("p", { class: "hint" }, hint) : null, h("div", { class: "button-row" }, ...orders.map((it, at) => button(it, left[at])))),
  };
}

function button([label, wanted, words], left) {
  const press = () => (left ? takeBack(wanted) : order("/drive/fault", wanted, words));
  return h(
    "button",
    { type: "button", class: left ? "button slim armed" : "button slim", "aria-pressed": String(left > 0), title: words, dataset: { focus: label, fault: `${wanted.target} ${wanted.action}` }, onclick: press },
    label,
    left > 1 ? h("span", { class: "left" }, `${left} left`) : null,
  );
}

/** How often what this button orders is still to come. */
const times = (wanted, faults) => faults.filter((fault) => isSame(fault, wanted)).reduce((sum, fault) => sum + fault.times, 0);

const isSame = (fault, wanted) => fault.target === wanted.target && fault.action === wanted.action && fault.method === (wanted.method ?? "*");

function takeBack({ target, action, method = "*" }) {
  return order("/drive/fault", { clear: true, target, action, method }, "Called off.");
}

/** Also what was ordered by other means than these buttons. */
function faultItem(fault, index) {
  const words = `${fault.target}: ${fault.action.replaceAll("_", " ")}${fault.method === "*" ? "" : ` on ${fault.method}`}${fault.times > 1 ? `, ${count(fault.times, "time")}` : ""}`;
  return {
    key: String(index),
    signature: words,
    create: () => h("li", {}, words, " ", h("button", { type: "button", class: "link-button", "aria-label": `Call off: ${words}`, dataset: { focus: words }, onclick: () => takeBack(fault) }, "Call off")),
  };
}
