// Slack's mrkdwn → DOM nodes. Anything that is not mrkdwn stays the text it is.

import { fillDate } from "./dates.js";
import { h } from "./dom.js";
import { broadcast, channelMention, decode, emoji, groupMention, link, userMention } from "./text.js";

const styled = (mark) => `(?<![\\p{L}\\p{N}${mark}])${mark}(?=\\S)([^${mark}\\n]*[^\\s${mark}])${mark}(?![\\p{L}\\p{N}${mark}])`;
const INLINE = new RegExp(
  [
    "<([^<>\\n]+)>",
    "`([^`\\n]+)`",
    styled("\\*"),
    styled("_"),
    styled("~"),
    ":([a-z0-9_+'-]+(?:::skin-tone-\\d)?):",
    "(?<![\\p{L}\\p{N}])(https?:\\/\\/[^\\s<>|]*[^\\s<>|.,;:!?)'\"\\]])",
  ].join("|"),
  "gu",
);

/** The whole of a mrkdwn text: lines, quotes and preformatted parts, each with its own direction. */
export function mrkdwn(text) {
  const parts = String(text).split(/```([\s\S]+?)```/);
  return parts.flatMap((part, index) => (index % 2 ? [preformatted(part)] : lines(withoutEdges(part, index, parts.length))));
}

/** The line breaks next to a preformatted part belong to it. */
function withoutEdges(part, index, count) {
  const start = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? start.replace(/\n$/, "") : start;
}

const preformatted = (text) => h("pre", { dir: "auto" }, decode(text.replace(/^\n|\n$/g, "")));

function lines(text) {
  if (text === "") return [];
  const nodes = [];
  let quote = null;
  let rest = false;
  for (const line of text.split("\n")) {
    const quoted = rest ? ["", line] : line.match(/^(?:>>>|&gt;&gt;&gt;) ?(.*)$/) ?? line.match(/^(?:>|&gt;) ?(.*)$/);
    rest ||= /^(>>>|&gt;&gt;&gt;)/.test(line);
    if (!quoted) quote = null;
    else if (!quote) nodes.push((quote = h("blockquote", {})));
    (quote ?? { append: (node) => nodes.push(node) }).append(h("div", { class: "line", dir: "auto" }, ...inline(quoted ? quoted[1] : line)));
  }
  return nodes;
}

/** One line's marks, references, emoji and links. */
export function inline(text) {
  const nodes = [];
  let after = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, reference, code, bold, italic, strike, name, address] = match;
    if (match.index > after) nodes.push(decode(text.slice(after, match.index)));
    after = match.index + whole.length;
    if (reference !== undefined) nodes.push(...refer(reference));
    else if (code !== undefined) nodes.push(h("code", {}, decode(code)));
    else if (bold !== undefined) nodes.push(h("b", {}, ...inline(bold)));
    else if (italic !== undefined) nodes.push(h("i", {}, ...inline(italic)));
    else if (strike !== undefined) nodes.push(h("s", {}, ...inline(strike)));
    else if (name !== undefined) nodes.push(emoji(name));
    else nodes.push(link(address));
  }
  if (after < text.length) nodes.push(decode(text.slice(after)));
  return nodes;
}

/** What stands between `<` and `>`: a person, a group, a channel, a date, a link, or nothing Slack knows. */
function refer(reference) {
  const [target, label] = split(reference);
  const [kind, ...rest] = target.split("^");
  if (/^@[UW]\w+$/.test(target)) return [userMention(target.slice(1))];
  if (/^#C\w+$/.test(target)) return [channelMention(target.slice(1), label)];
  if (kind === "!subteam") return [groupMention(rest[0])];
  if (["!here", "!channel", "!everyone"].includes(target)) return [broadcast(target.slice(1))];
  if (kind === "!date") return [moment(rest, label)];
  if (/^(https?:\/\/|mailto:|tel:)/i.test(target)) return [link(target, ...(label ? inlineLabel(label) : []))];
  return [decode(`<${reference}>`)];
}

function split(reference) {
  const bar = reference.indexOf("|");
  return bar < 0 ? [reference, null] : [reference.slice(0, bar), reference.slice(bar + 1)];
}

const inlineLabel = (label) => label.split(/(:[a-z0-9_+'-]+:)/).map((part, index) => (index % 2 ? emoji(part.slice(1, -1)) : decode(part)));

function moment([timestamp, pattern, address], fallback) {
  const seconds = Number(timestamp);
  const text = Number.isFinite(seconds) && pattern ? fillDate(decode(pattern), seconds) : decode(fallback ?? "");
  return address ? link(address, text) : h("time", {}, text);
}
