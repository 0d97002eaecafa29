// Small pieces of text that every other renderer needs: entities, emoji, mentions, links.

import { h } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { openChannel, openMessage, place } from "./place.js";
import { calls, channel, group, person } from "./workspace.js";

const LINK = /^(https?:\/\/|mailto:|tel:)/i;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Slack encodes three characters and decodes the same three. */
export const decode = (text) => String(text).replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** Text with `:emoji:` names turned into the emoji; nothing else has a meaning in it. */
export function withEmoji(text) {
  return String(text)
    .split(/(:[a-z0-9_+'-]+:(?::skin-tone-\d:)?)/)
    .map((part, index) => (index % 2 ? emoji(part.replace(/^:|:$/g, "")) : decode(part)))
    .filter((part) => part !== "");
}

export function emoji(name) {
  const character = emojiFor(name);
  return character ? h("span", { class: PALE.has(name) ? "emoji pale" : "emoji", role: "img", "aria-label": name, title: `:${name}:` }, character) : `:${name}:`;
}

// Slack draws these grey; most fonts draw them white, which a light page swallows.
const PALE = new Set(["grey_question", "grey_exclamation"]);

/** A `plain_text` object, or the text of a `mrkdwn` one where only plain text may stand. */
export const plainText = (object) => (object?.emoji === false ? [decode(object.text ?? "")] : withEmoji(object?.text ?? ""));

/** A link that opens in a new tab; an address that is no link at all stays visible text. */
export function link(address, ...label) {
  const target = decode(address);
  if (!LINK.test(target)) return h("span", {}, ...(label.length ? label : [target]));
  const here = messageAt(target);
  if (here) return h("a", { href: target, dir: "auto", onclick: (event) => { event.preventDefault(); openMessage(...here); } }, ...(label.length ? label : [target]));
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, ...(label.length ? label : [target]));
}

/** `[channel, ts]` of a link to a message of this very workspace, or null. */
function messageAt(address) {
  const found = address.startsWith(`${location.origin}/`) ? address.match(/\/archives\/([CDG]\w+)\/p(\d+)(\d{6})$/) : null;
  return found && channel(found[1]) ? [found[1], `${found[2]}.${found[3]}`] : null;
}

export const userMention = (id) => mention(`@${person(id).name}`, `<@${id}>`);
export const groupMention = (id) => mention(`@${group(id)?.handle ?? id}`, `<!subteam^${id}>`);
export const broadcast = (range) => mention(`@${range}`, `<!${range}>`);

function mention(name, reference) {
  return h("bdi", { class: calls(reference, place.user) ? "mention own" : "mention", dataset: { calls: reference } }, name);
}

/** Marks the mentions of whoever looks now, without drawing the messages around them anew. */
export function markOwn(root) {
  if (root.dataset.viewer === place.user) return;
  root.dataset.viewer = place.user;
  for (const node of root.querySelectorAll("[data-calls]")) node.classList.toggle("own", calls(node.dataset.calls, place.user));
}

export function channelMention(id, label = null) {
  const target = channel(id);
  const name = `#${target?.name ?? label ?? id}`;
  if (!target) return h("bdi", { class: "mention" }, name);
  return h("button", { class: "mention", type: "button", onclick: () => openChannel(id) }, h("bdi", {}, name));
}
