// A list of messages, oldest first, with day headings, the line above what is new, and ephemerals in their place.

import { ago, dayHeading, sameDay } from "./dates.js";
import { h, reconcile } from "./dom.js";
import { dismiss, marksUnder } from "./interact.js";
import { ephemeralNode, messageNode } from "./message.js";
import { openThread, place } from "./place.js";
import { changed, forgetNote } from "./state.js";
import { avatar } from "./avatar.js";
import { markOwn } from "./text.js";
import { mentionsInThread } from "./unread.js";
import { groups, person, repliesOf } from "./workspace.js";

const SHOWN_MAX = 300;
const SAME_BREATH_S = 300;

/** Brings `list` up to date. `newAfter`: the ts after which things are new to this person, or "". */
export function renderTimeline(list, messages, ephemerals, { thread = false, newAfter = "" } = {}) {
  const shown = shownOf(list, `${place.channel}/${thread ? place.thread : ""}`);
  const entries = [...messages.slice(-shown).map((item) => ({ at: Number(item.ts), message: item })), ...ephemerals.map((item) => ({ at: Number(item.ts ?? item.at), ephemeral: item }))];
  entries.sort((a, b) => a.at - b.at);
  const hidden = messages.length - shown;
  const wanted = hidden > 0 ? [earlier(list, hidden)] : [];
  let last = null;
  let newLine = false;
  for (const entry of entries) {
    if (!thread && (!last || !sameDay(last.at, entry.at))) wanted.push(line(`day ${Math.floor(entry.at)}`, "day", dayHeading(entry.at)));
    if (newAfter && !newLine && entry.message && entry.at > Number(newAfter) && entry.message.user !== place.user) {
      newLine = true;
      wanted.push(line("new", "new", "New"));
      last = null;
    }
    wanted.push(entry.message ? messageItem(entry.message, last, thread) : ephemeralItem(entry.ephemeral));
    last = entry;
  }
  reconcile(list, wanted);
  markOwn(list);
  if (!thread) for (const item of messages.slice(-shown)) renderThreadBar(list, item);
}

/** How many messages a list shows: more once asked for, until another place is shown. */
function shownOf(list, spot) {
  if (list.dataset.spot !== spot) Object.assign(list.dataset, { spot, shown: SHOWN_MAX });
  return Number(list.dataset.shown);
}

function earlier(list, hidden) {
  const more = () => {
    list.dataset.shown = Number(list.dataset.shown) + SHOWN_MAX;
    changed();
  };
  const text = `Show ${Math.min(hidden, SHOWN_MAX)} of the ${hidden} messages before these`;
  return { key: "earlier", signature: text, create: () => h("div", { class: "rule earlier" }, h("button", { type: "button", class: "link-button", dataset: { focus: "earlier" }, onclick: more }, text)) };
}

const line = (key, kind, text) => ({ key, signature: text, create: () => h("div", { class: `rule ${kind}`, role: "separator", "aria-label": text }, h("span", {}, text)) });

function messageItem(message, last, thread) {
  const compact = Boolean(last?.message) && last.message.user === message.user && Number(message.ts) - last.at < SAME_BREATH_S && sameDay(last.at, Number(message.ts)) && !message.blocks?.length;
  const names = groups().length;
  return {
    key: message.ts,
    signature: JSON.stringify([message.text, message.blocks, message.edited, compact, thread, names, marksUnder(`${message.channel}/${message.ts}/`)]),
    create: () => messageNode(message, { compact, thread }),
  };
}

function ephemeralItem(item) {
  return {
    key: `ephemeral ${item.ts ?? item.at}`,
    signature: JSON.stringify([item.text, item.blocks, marksUnder(`ephemeral/${item.ts ?? item.at}/`)]),
    create: () => ephemeralNode(item, () => (item.ts ? dismiss(item) : forgetNote(item))),
  };
}

/** "3 replies, last reply 2 minutes ago" under a root; its own node, since it changes with the clock. */
function renderThreadBar(list, root) {
  const slot = list.querySelector(`:scope > [data-key="${CSS.escape(root.ts)}"] .thread-slot`);
  const replies = repliesOf(root.channel, root.ts);
  const mentions = mentionsInThread(place.user, root.channel, root.ts);
  const text = replies.length ? [`${replies.length} ${replies.length === 1 ? "reply" : "replies"}`, `Last reply ${ago(Number(replies.at(-1).ts))}`] : null;
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, 4);
  const bar = () =>
    h(
      "button",
      { type: "button", class: "thread-bar", "data-testid": "thread-bar", dataset: { focus: "thread" }, onclick: () => openThread(root.ts) },
      ...authors.map((id) => avatar(person(id), "small")),
      h("span", { class: "count" }, text[0]),
      mentions ? h("span", { class: "badge", "aria-label": `${mentions} mention${mentions === 1 ? "" : "s"} of you` }, mentions) : null,
      h("span", { class: "last" }, text[1]),
    );
  reconcile(slot, text ? [{ key: "bar", signature: JSON.stringify([text, mentions, authors, place.thread === root.ts]), create: bar }] : []);
}
