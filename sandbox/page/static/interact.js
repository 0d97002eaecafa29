// What a person does to the bot: click, command, message. Marks a control while its answer is out and after it
// failed, and says a failure the way Slack says it.

import { post } from "./api.js";
import { askConfirm } from "./confirm.js";
import { place } from "./place.js";
import { changed, note, refresh } from "./state.js";
import { toast } from "./toast.js";

const marks = new Map();
const watchers = [];
let pressed = null;

/** The name of the control pressed last, for where the focus goes back to. */
export const lastPressed = () => pressed;

/** Hears of every answer: `watch(({kind, answer, what}) => …)`. */
export const watch = (watcher) => watchers.push(watcher);

/** `{pending}` or `{failed: text}` of a control, or null. */
export const markOf = (key) => marks.get(own(key)) ?? null;

/** All marks below a prefix, as text: part of a message's signature, so that it renders anew when one changes. */
export const marksUnder = (prefix) => [...marks].filter(([key]) => key.startsWith(own(prefix))).map(([key, mark]) => `${key}=${mark.pending ? "…" : mark.failed}`).join();

const FAILURES = {
  app_did_not_respond: "Signoff didn't respond in time",
  dispatch_failed: "Signoff could not be reached",
  operation_timeout: "Signoff didn't respond in time",
  no_such_message: "This message is no longer there",
  user_deactivated: "Whoever is no longer in the workspace can't do anything here",
  app_not_installed: "Signoff is not installed in this workspace",
  is_archived: "This channel is archived",
  sandbox_unreachable: "The sandbox isn't answering",
};

export const explain = (error) => FAILURES[error] ?? `This didn't work: ${error ?? "no reason given"}`;

/** A click on an element of a message or a modal, after its confirm dialog if it has one. */
export async function click(key, target, element, { value, selected } = {}) {
  const mine = own(key);
  if (marks.get(mine)?.pending) return;
  if (element.confirm && !(await askConfirm(element.confirm))) return;
  mark(mine, { pending: true });
  pressed = key;
  const answer = await post("/drive/click", { ...target, action_id: element.action_id, ...(value === undefined ? {} : { value }), ...(selected === undefined ? {} : { selected }) });
  mark(mine, answer.ok ? null : { failed: explain(answer.error) });
  await finish({ kind: "click", answer, what: { ...target, element } });
}

/** A mark is its person's own: what one is waiting for keeps nobody else from the same button. */
const own = (key) => `${place.user} ${key}`;

function mark(key, state) {
  if (state) marks.set(key, state);
  else marks.delete(key);
  changed();
}

/** A slash command. Answers whether the app took it; if not, Slackbot has said so in the channel. */
export async function command(user, channel, name, text) {
  const answer = await post("/drive/command", { user, channel, command: name, text });
  if (!answer.ok) note(user, channel, null, commandFailure(name, answer.error));
  await finish({ kind: "command", answer, what: { user, channel, name } });
  return answer.ok;
}

function commandFailure(name, error) {
  if (error === "unknown_command") {
    return `\`${name}\` is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.\n\nIf you are trying to send a message and not run a command, try preceding the "/" with an empty space.`;
  }
  if (["app_not_installed", "user_deactivated", "is_archived"].includes(error)) return `\`${name}\` failed. ${explain(error)}.`;
  if (error === "app_did_not_respond" || error === "operation_timeout") return `\`${name}\` failed because the app did not respond.`;
  return `\`${name}\` failed with the error “${error}”`;
}

/** A plain message; answers whether it was sent. */
export async function say(user, channel, text, thread) {
  const answer = await post("/drive/message", { user, channel, text, ...(thread ? { thread_ts: thread } : {}) });
  if (!answer.ok) toast(explain(answer.error));
  await finish({ kind: "message", answer, what: { user, channel } });
  return answer.ok;
}

/** Takes an ephemeral message away. */
export async function dismiss({ user, channel, ts }) {
  const answer = await post("/drive/dismiss", { user, channel, ts });
  if (!answer.ok) toast(explain(answer.error));
  await finish({ kind: "dismiss", answer, what: { user, channel } });
}

/** An order to the sandbox itself (bot, faults, clock, reset). */
export async function order(path, body, done = null) {
  const answer = await post(path, body);
  if (!answer.ok) toast(explain(answer.error));
  else if (done) toast(done);
  await finish({ kind: path, answer, what: body });
  return answer;
}

/** Tells the watchers of an answer, then looks at what it changed. */
export async function finish(event) {
  for (const watcher of watchers) watcher(event);
  try {
    await refresh();
  } catch (problem) {
    console.warn("The sandbox did not answer", problem);
    toast(explain("sandbox_unreachable"));
  }
}
