// The line at the top that says how the bot is, with the two buttons to kill it and bring it back.

import { clockTime } from "./dates.js";
import { setText } from "./dom.js";
import { order } from "./interact.js";
import { now, store } from "./state.js";
import { advance } from "./words.js";

const kill = document.getElementById("kill");
const start = document.getElementById("start");
const busy = { kill: false, start: false };

kill.addEventListener("click", () => run(kill, "kill", "The bot is dead. What waits is safe: it was never in its memory."));
start.addEventListener("click", () => run(start, "start", "The bot is up again."));

async function run(button, action, done) {
  if (busy[action]) return;
  busy[action] = true;
  button.classList.add("pending");
  await order("/drive/bot", { action }, done);
  busy[action] = false;
  button.classList.remove("pending");
  (action === "kill" ? start : kill).focus({ preventScroll: true });
}

export function renderBotBar() {
  const { bot, clock } = store.workspace;
  const state = botState(bot);
  document.getElementById("bot-state").dataset.state = state.name;
  setText(document.getElementById("bot-words"), state.words);
  setText(document.getElementById("bot-pid"), bot.pid ? `pid ${bot.pid}` : "");
  kill.hidden = !bot.pid;
  start.hidden = Boolean(bot.pid) || !bot.supervised;
  setText(document.getElementById("clock"), clock.offset_s > 0 ? `${clockTime(now())} · ${advance(clock.offset_s)}` : clockTime(now()));
  document.getElementById("offline").hidden = store.connected;
}

export function botState(bot) {
  if (bot.ready) return { name: "ready", words: "Signoff is up" };
  return bot.pid ? { name: "starting", words: "Signoff is starting" } : { name: "dead", words: "Signoff is down" };
}
