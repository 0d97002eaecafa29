// Slack's rich_text block → DOM nodes.

import { fillDate } from "./dates.js";
import { h } from "./dom.js";
import { broadcast, channelMention, emoji, groupMention, link, userMention } from "./text.js";
import { unknown } from "./unknown.js";

const PARTS = {
  rich_text_section: (part) => h("div", { class: "line", dir: "auto" }, ...inline(part.elements)),
  rich_text_quote: (part) => h("blockquote", {}, h("div", { class: "line", dir: "auto" }, ...inline(part.elements))),
  rich_text_preformatted: (part) => h("pre", { dir: "auto" }, ...inline(part.elements)),
  rich_text_list: list,
};

export function richText(block) {
  return h("div", { class: "rich-text" }, ...block.elements.map((part) => (PARTS[part.type] ?? unknown)(part)));
}

function list(part) {
  const items = part.elements.map((item) => h("li", { dir: "auto" }, ...inline(item.elements)));
  const node = h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(part.indent ?? 0, 8)}` }, ...items);
  if (part.style === "ordered" && part.offset) node.start = part.offset + 1;
  return node;
}

const INLINE = {
  text: (it) => it.text,
  link: (it) => link(it.url, it.text || it.url),
  user: (it) => userMention(it.user_id),
  usergroup: (it) => groupMention(it.usergroup_id),
  channel: (it) => channelMention(it.channel_id),
  broadcast: (it) => broadcast(it.range),
  emoji: (it) => emoji(it.name),
  date: moment,
  color: (it) => h("code", {}, it.value),
};

const inline = (elements) => elements.map((it) => (INLINE[it.type] ? withStyle(INLINE[it.type](it), it.style) : unknown(it)));

function moment(it) {
  const text = it.format ? fillDate(it.format, it.timestamp) : it.fallback ?? "";
  return it.url ? link(it.url, text) : h("time", {}, text);
}

const STYLES = { code: "code", strike: "s", italic: "i", underline: "u", bold: "b" };

function withStyle(node, style = {}) {
  return Object.keys(STYLES).reduce((inner, name) => (style[name] ? h(STYLES[name], {}, inner) : inner), node);
}
