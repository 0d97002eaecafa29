// Who has read what: per person and channel, and per person and thread. Kept in this browser.

import { now } from "./state.js";
import { channelsOf, directOf, repliesOf, rootsOf } from "./workspace.js";

const KEY = "signoff.read";
let read = JSON.parse(localStorage.getItem(KEY) ?? "{}");

const name = (user, channel, thread) => [user, channel, thread].filter(Boolean).join("|");

/** The newest ts the person saw; a mark from after the clock was set back counts as none. */
export function readUpTo(user, channel, thread = null) {
  const mark = read[name(user, channel, thread)] ?? "";
  return Number(mark) > now() + 60 ? "" : mark;
}

export function markRead(user, channel, thread, ts) {
  if (!ts || Number(readUpTo(user, channel, thread)) >= Number(ts)) return false;
  read[name(user, channel, thread)] = ts;
  localStorage.setItem(KEY, JSON.stringify(read));
  return true;
}

export function forgetRead() {
  read = {};
  localStorage.removeItem(KEY);
}

const isNew = (item, user, mark) => item.user !== user && Number(item.ts) > Number(mark);

/** `{unread, mentions}` of a channel for a person; a direct message is a mention by itself. */
export function unreadIn(user, channel, direct = false) {
  const fresh = rootsOf(channel).filter((item) => isNew(item, user, readUpTo(user, channel)));
  const called = direct ? fresh : fresh.filter((item) => item.mentions.includes(user));
  const replies = rootsOf(channel).reduce((sum, root) => sum + mentionsInThread(user, channel, root.ts), 0);
  return { unread: fresh.length > 0, mentions: called.length + replies };
}

/** Replies not yet read that call the person. */
export function mentionsInThread(user, channel, root) {
  const mark = readUpTo(user, channel, root);
  return repliesOf(channel, root).filter((item) => isNew(item, user, mark) && item.mentions.includes(user)).length;
}

/** Everything that calls a person, anywhere. */
export function mentionsOf(user) {
  const direct = directOf(user);
  const rooms = channelsOf(user).reduce((sum, room) => sum + unreadIn(user, room.id).mentions, 0);
  return rooms + unreadIn(user, direct.id, true).mentions;
}
