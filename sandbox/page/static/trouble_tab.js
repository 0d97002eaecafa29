// The panel's third tab: the bot's process, trouble to order, the clock, the reset.

import { botState } from "./bot_bar.js";
import { askConfirm, question } from "./confirm.js";
import { fullTime } from "./dates.js";
import { setText } from "./dom.js";
import { renderFaults } from "./faults.js";
import { order } from "./interact.js";
import { forget, now, store } from "./state.js";
import { forgetRead } from "./unread.js";
import { advance, count } from "./words.js";

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
  const { bot, clock } = store.workspace;
  setText(document.getElementById("process"), `${botState(bot).words}${bot.pid ? `, pid ${bot.pid}` : ""}`);
  const tail = document.getElementById("log-tail");
  tail.hidden = bot.log_tail.length === 0;
  setText(tail, bot.log_tail.join("\n"));
  document.getElementById("process-buttons").hidden = !bot.supervised;
  setText(document.getElementById("clock-words"), `${fullTime(now())}${clock.offset_s ? ` (${advance(clock.offset_s)})` : ""}`);
  renderFaults();
}
