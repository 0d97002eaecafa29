// How far a newcomer has come, read from what there is to see: whoever did it, by whatever way.
//
// Only that the bot was killed while a question waited has to be remembered, since nothing shows it afterwards.

import { store } from "./state.js";
import { BOT, isReply, messages } from "./workspace.js";

const KEY = "signoff.guide";
const kept = { dismissed: false, done: false, killed: null, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };

export const isDismissed = () => kept.dismissed;
export const wasDone = () => kept.done;

/** `{asked, approved, cameBack, waiting, killed}` of this moment. */
export function progress() {
  const open = openQuestions();
  const made = refundsMade();
  const { ready, pid } = store.workspace.bot;
  if (kept.killed && kept.killed.made > made) keep({ killed: null }); // a fresh workspace
  if (!pid && open.length && !kept.killed) keep({ killed: { questions: open, made } });
  const decided = kept.killed?.questions.some((ts) => !open.includes(ts));
  if (kept.killed && ready && decided && made > kept.killed.made) keep({ done: true });
  return { asked: messages().some(isRoot), approved: made > 0, cameBack: kept.done, waiting: open.length > 0, killed: Boolean(kept.killed) };
}

/** Puts the guide away, as done or for now. */
export const dismiss = () => keep({ dismissed: true });

/** Shows it again; the last step begins anew. */
export const beginAgain = () => keep({ dismissed: false, done: false, killed: null });

const isRoot = (message) => message.user === BOT.id && !isReply(message) && !message.channel.startsWith("D");

/** The ts of every card somebody could approve. */
const openQuestions = () => messages().filter((message) => isRoot(message) && message.blocks?.some(asks)).map((message) => message.ts);

const asks = (block) => block.type === "actions" && block.elements.some((element) => element.style === "primary");

const refundsMade = () => new Set(store.money.attempts.filter((attempt) => attempt.status === 200).map((attempt) => attempt.answer.id)).size;

function keep(change) {
  Object.assign(kept, change);
  localStorage.setItem(KEY, JSON.stringify(kept));
}
