// Slack's `markdown` block (standard Markdown, the part of it Slack renders) → DOM nodes.

import { h } from "./dom.js";
import { decode, emoji, link } from "./text.js";

const INLINE = new RegExp(
  [
    "`([^`\\n]+)`",
    "\\[([^\\]\\n]+)\\]\\(([^)\\s]+)\\)",
    "\\*\\*(?=\\S)([^\\n]+?)\\*\\*",
    "(?<![\\p{L}\\p{N}*])[*_](?=\\S)([^*_\\n]*[^\\s*_])[*_](?![\\p{L}\\p{N}*])",
    "~~([^~\\n]+)~~",
    ":([a-z0-9_+'-]+(?:::skin-tone-\\d)?):",
    "(https?:\\/\\/[^\\s<>|)]*[^\\s<>|.,;:!?)'\"\\]])",
  ].join("|"),
  "gu",
);

export function markdown(text) {
  const rows = String(text).split("\n");
  const nodes = [];
  while (rows.length) nodes.push(...take(rows));
  return h("div", { class: "markdown" }, ...nodes);
}

/** Takes one block-level part off the front of `rows`. */
function take(rows) {
  const row = rows.shift();
  const heading = row.match(/^(#{1,6})\s+(.*)$/);
  if (row.trim() === "") return [];
  if (/^```/.test(row)) return [h("pre", { dir: "auto" }, takeWhile(rows, (next) => !/^```/.test(next), { swallow: true }).join("\n"))];
  if (heading) return [h("div", { class: `heading heading-${heading[1].length}`, role: "heading", "aria-level": heading[1].length + 2, dir: "auto" }, ...inline(heading[2]))];
  if (/^ *([-*_] *){3,}$/.test(row)) return [h("hr")];
  if (/^ *>/.test(row)) return [h("blockquote", {}, ...[row, ...takeWhile(rows, (next) => /^ *>/.test(next))].map((line) => paragraph(line.replace(/^ *> ?/, ""))))];
  if (/^ *[-*+] /.test(row)) return [h("ul", {}, ...[row, ...takeWhile(rows, (next) => /^ *[-*+] /.test(next))].map((line) => item(line.replace(/^ *[-*+] /, ""))))];
  if (/^ *\d+[.)] /.test(row)) return [h("ol", {}, ...[row, ...takeWhile(rows, (next) => /^ *\d+[.)] /.test(next))].map((line) => item(line.replace(/^ *\d+[.)] /, ""))))];
  if (/^\|.*\|\s*$/.test(row)) return [table([row, ...takeWhile(rows, (next) => /^\|.*\|\s*$/.test(next))])];
  return [paragraph(row)];
}

function takeWhile(rows, wanted, { swallow = false } = {}) {
  const taken = [];
  while (rows.length && wanted(rows[0])) taken.push(rows.shift());
  if (swallow) rows.shift();
  return taken;
}

const paragraph = (text) => h("div", { class: "line", dir: "auto" }, ...inline(text));
const item = (text) => h("li", { dir: "auto" }, ...inline(text));

function table(rows) {
  const cells = (row) => row.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const body = rows.filter((row) => !/^\|[\s:|-]+\|\s*$/.test(row));
  const line = (row, tag) => h("tr", {}, ...cells(row).map((cell) => h(tag, { dir: "auto" }, ...inline(cell))));
  return h("div", { class: "table" }, h("table", {}, h("thead", {}, line(body[0], "th")), h("tbody", {}, ...body.slice(1).map((row) => line(row, "td")))));
}

function inline(text) {
  const nodes = [];
  let after = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, label, address, bold, italic, strike, name, bare] = match;
    if (match.index > after) nodes.push(decode(text.slice(after, match.index)));
    after = match.index + whole.length;
    if (code !== undefined) nodes.push(h("code", {}, decode(code)));
    else if (label !== undefined) nodes.push(link(address, ...inline(label)));
    else if (bold !== undefined) nodes.push(h("b", {}, ...inline(bold)));
    else if (italic !== undefined) nodes.push(h("i", {}, ...inline(italic)));
    else if (strike !== undefined) nodes.push(h("s", {}, ...inline(strike)));
    else if (name !== undefined) nodes.push(emoji(name));
    else nodes.push(link(bare));
  }
  if (after < text.length) nodes.push(decode(text.slice(after)));
  return nodes;
}
