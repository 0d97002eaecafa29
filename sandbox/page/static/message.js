// One message, or one ephemeral, as a node.

import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { clockTime, fullTime } from "./dates.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { openThread, place } from "./place.js";
import { clickable } from "./surface.js";
import { toast } from "./toast.js";
import { unknown } from "./unknown.js";
import { person } from "./workspace.js";

/** `compact`: under the same author's last one, without name and picture. `thread`: shown in the thread pane. */
export function messageNode(message, { compact, thread }) {
  const author = person(message.user);
  const seconds = Number(message.ts);
  const surface = clickable(`${message.channel}/${message.ts}`, () => ({ user: place.user, channel: message.channel, ts: message.ts }));
  return h(
    "article",
    {
      class: compact ? "message compact" : "message",
      "data-testid": "message",
      "aria-label": `${author.name}, ${clockTime(seconds)}`,
      dataset: { ts: message.ts, user: message.user },
    },
    h("div", { class: "gutter" }, compact ? time(seconds) : avatar(author)),
    h(
      "div",
      { class: "message-body" },
      compact ? null : head(author, seconds),
      h("div", { class: "content" }, ...withEdited(content(message, surface), message.edited)),
      h("div", { class: "thread-slot", dataset: { part: "thread" } }),
    ),
    thread ? null : h("div", { class: "hover-tools" }, tool("reply", "Reply in thread", () => openThread(message.ts)), tool("link", "Copy link", () => copyLink(message))),
  );
}

export function ephemeralNode(item, dismiss) {
  const author = person(item.from);
  const surface = clickable(`ephemeral/${item.ts ?? item.at}`, () => ({ user: place.user, channel: item.channel, ts: item.ts ?? String(item.at) }));
  return h(
    "article",
    { class: "message ephemeral", "data-testid": "ephemeral", "aria-label": `${author.name}, only visible to you` },
    h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
    h("div", { class: "gutter" }, avatar(author)),
    h(
      "div",
      { class: "message-body" },
      head(author, Number(item.ts ?? item.at)),
      h("div", { class: "content" }, ...content(item, surface)),
      h("button", { type: "button", class: "link-button", dataset: { focus: "dismiss" }, onclick: dismiss }, "Dismiss message"),
    ),
  );
}

const tool = (name, label, onclick) => h("button", { type: "button", class: `icon-button tool-${name}`, "aria-label": label, title: label, dataset: { focus: name }, onclick }, icon(name));

/** A message's permanent link, as Slack writes it. */
async function copyLink({ channel, ts }) {
  const address = `${location.origin}/archives/${channel}/p${ts.replace(".", "")}`;
  try {
    await navigator.clipboard.writeText(address);
    toast("Link copied");
  } catch {
    toast(address); // the browser doesn't let this page copy
  }
}

const head = (author, seconds) =>
  h("div", { class: "message-head" }, h("bdi", { class: "author" }, author.name), author.bot ? h("span", { class: "app-mark" }, "APP") : null, time(seconds));

const time = (seconds) => h("time", { title: fullTime(seconds), datetime: new Date(seconds * 1000).toISOString() }, clockTime(seconds));

/** "(edited)" stands at the end of the last line of a text, and below blocks. */
function withEdited(nodes, edited) {
  if (!edited) return nodes;
  const mark = h("span", { class: "edited" }, " (edited)");
  if (!nodes.at(-1)?.classList.contains("line")) return [...nodes, mark];
  nodes.at(-1).append(mark);
  return nodes;
}

/** Blocks where there are any, as Slack does; the text is then only for notifications. */
function content(item, surface) {
  const attachments = item.attachments?.length ? [unknown({ type: "attachments" })] : [];
  return [...(item.blocks?.length ? renderBlocks(item.blocks, surface) : mrkdwn(item.text ?? "")), ...attachments];
}
