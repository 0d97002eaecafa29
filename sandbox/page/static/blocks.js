// Block Kit → DOM nodes, as Slack lays them out. What is not known here is shown as `can't render: TYPE`.
//
// `surface` says what the blocks stand in: `control(block, element)` gives the node of an interactive element
// and `input(block)` that of an input block (modals only).

import { h } from "./dom.js";
import { markdown } from "./markdown.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./rich_text.js";
import { plainText } from "./text.js";
import { unknown } from "./unknown.js";

const BLOCKS = {
  actions: (block, surface) => h("div", { class: "actions" }, ...block.elements.map((element) => surface.control(block, element))),
  context: (block) => h("div", { class: "context" }, ...block.elements.map(contextItem)),
  divider: () => h("hr"),
  header: (block) => h("div", { class: "header", role: "heading", "aria-level": "3", dir: "auto" }, ...plainText(block.text)),
  image: (block) => h("figure", {}, block.title ? h("figcaption", { dir: "auto" }, ...plainText(block.title)) : null, picture(block)),
  input: (block, surface) => (surface.input ? (surface.input(block) ?? unknown(block.element)) : unknown(block)),
  markdown: (block) => markdown(block.text),
  rich_text: (block) => richText(block),
  section,
};

export function renderBlocks(blocks, surface) {
  return blocks.map((block) => h("div", { class: "block", dataset: { block: block.type, blockId: block.block_id ?? "" } }, renderBlock(block, surface)));
}

/** One malformed block must not take the page down with it. */
function renderBlock(block, surface) {
  try {
    return (BLOCKS[block.type] ?? unknown)(block, surface);
  } catch (problem) {
    console.error("A block could not be rendered", block, problem);
    return unknown(block);
  }
}

function section(block, surface) {
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-text" },
      ...(block.text ? textObject(block.text) : []),
      block.fields ? h("div", { class: "fields" }, ...block.fields.map((field) => h("div", { class: "field" }, ...textObject(field)))) : null,
    ),
    block.accessory ? h("div", { class: "accessory" }, block.accessory.type === "image" ? picture(block.accessory) : surface.control(block, block.accessory)) : null,
  );
}

/** A text object: mrkdwn as lines, plain text as it stands. */
export function textObject(object) {
  return object.type === "mrkdwn" ? mrkdwn(object.text) : [h("div", { class: "line", dir: "auto" }, ...plainText(object))];
}

function contextItem(element) {
  if (element.type === "image") return picture(element);
  if (element.type === "mrkdwn" || element.type === "plain_text") return h("div", { class: "context-text" }, ...textObject(element));
  return unknown(element);
}

function picture(element) {
  return h("img", { src: element.image_url, alt: element.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
}
