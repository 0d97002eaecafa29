// Reads the workspace's state: people, channels, messages, threads. Pure look-ups, nothing is changed here.

import { store } from "./state.js";

export const BOT = { id: "U0SIGNOFF", name: "Signoff", handle: "signoff", bot: true };
export const SLACKBOT = { id: "USLACKBOT", name: "Slackbot", handle: "slackbot", bot: true };

const ROLES = {
  requester: "support",
  approver: "support lead",
  finance: "finance",
  guest: "guest",
  outsider: "another workspace",
};

export const people = () => store.workspace?.people ?? [];
export const groups = () => store.workspace?.groups ?? [];
export const channels = () => store.workspace?.channels ?? [];
const SHORT = { approver: "lead", outsider: "elsewhere" };

export const roleOf = (person) => standing(person) ?? ROLES[person.role] ?? person.role ?? "";
export const shortRoleOf = (person) => standing(person) ?? SHORT[person.role] ?? roleOf(person);

/** What became of a person, where it says more than their role; null while they are as they were. */
function standing({ deleted, removed, guest }) {
  if (removed) return "removed";
  if (deleted) return "deactivated";
  return guest ? "now a guest" : null;
}

export function person(id) {
  if (id === BOT.id) return BOT;
  if (id === SLACKBOT.id) return SLACKBOT;
  return people().find((candidate) => candidate.id === id) ?? { id, name: id, handle: id };
}

export const group = (id) => groups().find((candidate) => candidate.id === id);
export const channel = (id) => channels().find((candidate) => candidate.id === id);
export const isDirect = (place) => Boolean(place?.is_direct);

/** Why a person can't write in a channel, or null where they can. An app may have switched it off for itself. */
export function whyReadOnly(place, user) {
  const writer = person(user);
  if (writer.deleted || writer.removed) return `${writer.name} is ${roleOf(writer)}, and can't write or click any more.`;
  if (place?.archived) return `#${place.name} is archived.`;
  return isDirect(place) && store.workspace.messages_tab_read_only ? "Sending messages to this app has been turned off." : null;
}

/** What sets a channel apart, or null. */
export function noteOn({ archived, bot_is_member: botIsMember = true, shared, share_pending: invited }) {
  if (archived) return "Archived";
  if (!botIsMember) return "Signoff is not in this channel";
  if (shared) return "Shared with another organisation";
  return invited ? "Another organisation is invited" : null;
}

/** The channels a person is in, in the workspace's order. */
export function channelsOf(user) {
  return channels().filter((place) => !isDirect(place) && place.members.includes(user));
}

/** The person's conversation with the bot. */
export function directOf(user) {
  return channels().find((place) => isDirect(place) && place.person === user);
}

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export const messages = () => store.workspace?.messages ?? [];
export const rootsOf = (channelId) => index().roots.get(channelId) ?? [];
export const repliesOf = (channelId, ts) => index().replies.get(`${channelId}/${ts}`) ?? [];
export const message = (channelId, ts) => rootsOf(channelId).find((candidate) => candidate.ts === ts);

const indexes = new WeakMap();

/** Roots by channel and replies by root, sorted out once for each answer of the sandbox. */
function index() {
  const known = indexes.get(messages());
  if (known) return known;
  const fresh = { roots: new Map(), replies: new Map() };
  for (const item of messages()) {
    const [sorted, key] = isReply(item) ? [fresh.replies, `${item.channel}/${item.thread_ts}`] : [fresh.roots, item.channel];
    if (sorted.has(key)) sorted.get(key).push(item);
    else sorted.set(key, [item]);
  }
  indexes.set(messages(), fresh);
  return fresh;
}

/** What only this person sees in a channel (or in one of its threads), the bot's and Slackbot's. */
export function ephemeralsFor(user, channelId, thread = null) {
  const here = (item) => item.user === user && item.channel === channelId && (item.thread_ts ?? null) === thread;
  return [
    ...(store.workspace?.ephemerals ?? []).filter(here).map((item) => ({ ...item, from: BOT.id })),
    ...store.notes.filter(here).map((item) => ({ ...item, from: SLACKBOT.id })),
  ];
}

/** The person's open modals, the visible one last. */
export function viewsOf(user) {
  return store.workspace?.views[user] ?? [];
}

/** Whether a mention calls this person: by name, by group, or everyone. */
export function calls(text, user) {
  const called = [...String(text).matchAll(/<(@U\w+|!subteam\^\w+|!here|!channel|!everyone)/g)].map((match) => match[1]);
  const own = new Set([`@${user}`, "!here", "!channel", "!everyone", ...groups().filter((it) => it.users.includes(user)).map((it) => `!subteam^${it.id}`)]);
  return called.some((name) => own.has(name));
}
