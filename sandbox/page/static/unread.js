// Who has read what: per person and channel, and per person and thread. Kept in this browser.

import { now } from "./state.js";
import { channels, isDirect, isReply, messages, rootsOf } from "./workspace.js";

const KEY = "signoff.read";
const MARKS_MAX = 1000;
let read = JSON.parse(localStorage.getItem(KEY) ?? "{}");
let counted = { messages: null, read: null, calls: null };

const name = (user, channel, thread) => [user, channel, thread].filter(Boolean).join("|");

/** The newest ts the person saw; a mark from after the clock was set back counts as none. */
export function readUpTo(user, channel, thread = null) {
  const mark = read[name(user, channel, thread)] ?? "";
  return Number(mark) > now() + 60 ? "" : mark;
}

export function markRead(user, channel, thread, ts) {
  if (!ts || Number(readUpTo(user, channel, thread)) >= Number(ts)) return false;
  const key = name(user, channel, thread);
  const others = Object.entries(read).filter(([other]) => other !== key);
  read = Object.fromEntries([...others.slice(-MARKS_MAX), [key, ts]]);
  localStorage.setItem(KEY, JSON.stringify(read));
  return true;
}

export function forgetRead() {
  read = {};
  localStorage.removeItem(KEY);
}

/** `{unread, mentions}` of a channel for a person. */
export function unreadIn(user, channel) {
  const mark = readUpTo(user, channel);
  const unread = rootsOf(channel).some((item) => item.user !== user && Number(item.ts) > Number(mark));
  return { unread, mentions: calls().get(name(user, channel)) ?? 0 };
}

/** Replies not yet read that call the person. */
export const mentionsInThread = (user, channel, root) => calls().get(name(user, channel, root)) ?? 0;

/** Everything that calls a person, anywhere. */
export const mentionsOf = (user) => calls().get(user) ?? 0;

/** How often each person is called, in all, by channel and by thread: counted in one pass, also for a crowd. */
function calls() {
  if (counted.messages === messages() && counted.read === read) return counted.calls;
  const found = new Map();
  const directs = new Map(channels().filter(isDirect).map((place) => [place.id, place.person]));
  for (const item of messages()) {
    const thread = isReply(item) ? item.thread_ts : null;
    // Whatever stands in a direct message is meant for its person.
    for (const user of directs.has(item.channel) ? [directs.get(item.channel)] : item.mentions) {
      if (user === item.user || Number(item.ts) <= Number(readUpTo(user, item.channel, thread))) continue;
      for (const key of new Set([user, name(user, item.channel), name(user, item.channel, thread)])) found.set(key, (found.get(key) ?? 0) + 1);
    }
  }
  counted = { messages: messages(), read, calls: found };
  return found;
}
