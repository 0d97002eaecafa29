// The panel's second tab: the bot's process, ordered faults, the clock, the reset.

import { botState } from "./bot_bar.js";
import { askConfirm, question } from "./confirm.js";
import { fullTime } from "./dates.js";
import { h, reconcile, setText } from "./dom.js";
import { order } from "./interact.js";
import { forget, now, store } from "./state.js";
import { forgetRead } from "./unread.js";
import { advance, count } from "./words.js";

const FAULTS = {
  "stripe-slow": [{ target: "stripe", action: "delay", delay_ms: 4000 }, "Stripe's next answer takes 4 seconds."],
  "stripe-500": [{ target: "stripe", action: "error", method: "refunds.create", status: 500 }, "Stripe answers the next refund with a 500."],
  "stripe-lost": [{ target: "stripe", action: "lose_answer", method: "refunds.create" }, "Stripe will do the next refund, and its answer will be lost."],
  "stripe-down": [{ target: "stripe", action: "down", times: 3 }, "Stripe is down for the next 3 calls."],
  "slack-429": [{ target: "slack", action: "rate_limit", method: "chat.postMessage", retry_after_s: 3 }, "Slack answers the bot's next message with a 429."],
  "delivery-drop": [{ target: "delivery", action: "drop" }, "The next delivery to the bot gets lost."],
  "delivery-repeat": [{ target: "delivery", action: "repeat" }, "The next delivery reaches the bot twice."],
};

for (const button of document.querySelectorAll("[data-fault]")) {
  const [fault, words] = FAULTS[button.dataset.fault];
  button.addEventListener("click", () => order("/drive/fault", fault, words));
}
document.getElementById("faults-clear").addEventListener("click", () => order("/drive/fault", { clear: true }, "Nothing goes wrong any more."));
for (const button of document.querySelectorAll("[data-advance]")) {
  const hours = Number(button.dataset.advance);
  button.addEventListener("click", () => order("/drive/clock", { advance_s: hours * 3600 }, `${count(hours, "hour")} later, for the sandbox and the bot.`));
}
for (const button of document.querySelectorAll("[data-bot]")) {
  button.addEventListener("click", async () => {
    button.classList.add("pending");
    await order("/drive/bot", { action: button.dataset.bot });
    button.classList.remove("pending");
  });
}
document.getElementById("reset").addEventListener("click", reset);

async function reset({ currentTarget: button }) {
  const sure = await askConfirm(question("Start over?", "All messages, runs and refunds of this sandbox are deleted, and the bot starts anew.", "Start over", "danger"));
  if (!sure) return;
  forget();
  forgetRead();
  button.classList.add("pending");
  await order("/drive/reset", {}, "A fresh workspace.");
  button.classList.remove("pending");
}

export function renderTroubleTab() {
  const { bot, clock, faults } = store.workspace;
  setText(document.getElementById("process"), `${botState(bot).words}${bot.pid ? `, pid ${bot.pid}` : ""}`);
  const tail = document.getElementById("log-tail");
  tail.hidden = bot.log_tail.length === 0;
  setText(tail, bot.log_tail.join("\n"));
  document.getElementById("process-buttons").hidden = !bot.supervised;
  setText(document.getElementById("clock-words"), `${fullTime(now())}${clock.offset_s ? ` (${advance(clock.offset_s)})` : ""}`);
  document.getElementById("faults-ordered").hidden = faults.length === 0;
  reconcile(document.getElementById("faults"), faults.map(faultItem));
}

function faultItem(fault, index) {
  const words = `${fault.target}: ${fault.action.replaceAll("_", " ")}${fault.method === "*" ? "" : ` on ${fault.method}`}${fault.times > 1 ? `, ${fault.times} times` : ""}`;
  return { key: String(index), signature: words, create: () => h("li", {}, words) };
}
