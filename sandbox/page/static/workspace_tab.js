// The panel's second tab: what an administrator does. People, channels, cards, the app, and what differs from how
// it was at first.

import { changes, changesOf, changesOfApp, changesOfChannel, rooms, undoAll } from "./circumstances.js";
import { ago } from "./dates.js";
import { h, leave, reconcile } from "./dom.js";
import { order } from "./interact.js";
import { mrkdwn } from "./mrkdwn.js";
import { changed } from "./state.js";
import { BOT, isReply, messages, people, person, roleOf } from "./workspace.js";

const CARDS_MAX = 8;
const who = document.getElementById("change-who");
const FIRST = "morgan"; // whoever may approve is the one whose leaving one wants to see

who.addEventListener("change", changed);
document.getElementById("undo-all").addEventListener("click", async () => {
  await undoAll();
  who.focus();
});

export function renderWorkspaceTab() {
  reconcile(who, people().map(choice));
  reconcile(document.getElementById("change-person"), changesOf(person(chosen())).map(button));
  reconcile(document.getElementById("change-channels"), rooms().map(channelGroup));
  reconcile(document.getElementById("change-app"), changesOfApp().map(button));
  const cards = cardsToDelete();
  document.getElementById("no-cards").hidden = cards.length > 0;
  reconcile(document.getElementById("change-cards"), cards.map(cardItem));
  const made = changes();
  document.getElementById("changes-made").hidden = made.length === 0;
  reconcile(document.getElementById("changes"), made.map(changeItem));
}

function chosen() {
  return people().some((it) => it.id === who.value) ? who.value : people()[0].id;
}

const choice = ({ id, handle, name, role }) => ({
  key: id,
  signature: `${name} ${role}`,
  create: () => h("option", { value: id, selected: handle === FIRST }, `${name} (${roleOf({ role })})`),
});

function button(it) {
  const attributes = { type: "button", class: it.on ? "button slim armed" : "button slim", "aria-pressed": String(it.on), dataset: { focus: it.label }, onclick: it.turn };
  return { key: it.label, signature: JSON.stringify([it.words, it.on]), create: () => h("button", attributes, it.label) };
}

/** Each channel's buttons under its name. The buttons are made anew with what they undo. */
function channelGroup(room) {
  const made = changesOfChannel(room);
  const title = `change-${room.id}`;
  const buttons = () => made.map(button).map(({ create }) => create());
  return {
    key: room.id,
    signature: JSON.stringify([room.name, made.map((it) => it.on)]),
    create: () => h("div", { role: "group", "aria-labelledby": title }, h("h4", { id: title }, `#${room.name}`), h("div", { class: "button-row" }, ...buttons())),
  };
}

const cardsToDelete = () =>
  messages()
    .filter((it) => it.user === BOT.id && !isReply(it) && !it.deleted && it.blocks?.length && rooms().some((room) => room.id === it.channel))
    .slice(-CARDS_MAX)
    .reverse();

function cardItem({ channel, ts, text }) {
  const passed = ago(Number(ts));
  const create = () => {
    const words = h("span", { class: "card-words", dir: "auto" }, ...mrkdwn(text).slice(0, 1));
    const remove = ({ currentTarget }) => leave(currentTarget, who, () => order("/drive/delete", { channel, ts }, "Deleted. Signoff isn't told: it finds out when it looks."));
    return h("li", {}, words, h("span", { class: "when" }, passed), h("button", { type: "button", class: "button slim", "aria-label": `Delete: ${words.textContent}`, dataset: { focus: `delete ${ts}` }, onclick: remove }, "Delete"));
  };
  return { key: `${channel} ${ts}`, signature: JSON.stringify([text, passed]), create };
}

const changeItem = ({ words, turn }) => ({
  key: words,
  signature: words,
  create: () => h("li", {}, words, " ", h("button", { type: "button", class: "link-button", "aria-label": `Undo: ${words}`, dataset: { focus: words }, onclick: ({ currentTarget }) => leave(currentTarget, who, turn) }, "Undo")),
});
