// The left side: channels, the direct message with the bot, and who you are.

import { avatar } from "./avatar.js";
import { h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";
import { become, openChannel, openHome, place } from "./place.js";
import { mentionsOf, unreadIn } from "./unread.js";
import { BOT, channelsOf, directOf, people, person, roleOf, shortRoleOf } from "./workspace.js";

const switcher = document.getElementById("people");
const toggle = document.getElementById("sidebar-toggle");

toggle.addEventListener("click", () => showSidebar(!document.body.classList.contains("sidebar-open")));
document.getElementById("sidebar-shade").addEventListener("click", () => showSidebar(false));
switcher.addEventListener("keydown", moveAmongPeople);

/** On narrow screens the sidebar lies over the channel. */
export function showSidebar(open) {
  document.body.classList.toggle("sidebar-open", open);
  toggle.setAttribute("aria-expanded", String(open));
}

export function renderSidebar() {
  const direct = directOf(place.user);
  reconcile(document.getElementById("channels"), channelsOf(place.user).map((room) => roomItem(room.id, room.name, [icon(room.archived ? "box" : "hash")], unreadIn(place.user, room.id))));
  reconcile(document.getElementById("directs"), [homeItem(), roomItem(direct.id, BOT.name, [avatar(BOT, "small")], unreadIn(place.user, direct.id))]);
  reconcile(switcher, people().map(personItem));
  const me = person(place.user);
  setText(document.getElementById("you"), `You are ${me.name} (${roleOf(me)})`);
  const elsewhere = people().reduce((sum, it) => sum + mentionsOf(it.id), 0);
  toggle.classList.toggle("calls", elsewhere > 0);
  const mine = mentionsOf(place.user);
  document.title = `${mine ? `(${mine}) ` : ""}${me.name} · Signoff sandbox`;
}

function roomItem(id, name, picture, { unread, mentions }) {
  const current = place.channel === id && !place.home;
  const open = () => {
    openChannel(id);
    showSidebar(false);
  };
  return {
    key: id,
    signature: JSON.stringify([name, current, unread, mentions, picture[0].outerHTML]),
    create: () =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: `room ${unread && !current ? "unread" : ""}`, "aria-current": current ? "page" : null, dataset: { focus: id, channel: id }, onclick: open },
          ...picture,
          h("span", { class: "room-name" }, name),
          mentions ? badge(mentions) : null,
        ),
      ),
  };
}

function homeItem() {
  const open = () => {
    openHome();
    showSidebar(false);
  };
  return {
    key: "home",
    signature: String(place.home),
    create: () =>
      h("li", {}, h("button", { type: "button", class: "room", "aria-current": place.home ? "page" : null, "data-testid": "home-entry", dataset: { focus: "home" }, onclick: open }, icon("home"), h("span", { class: "room-name" }, `${BOT.name} Home`))),
  };
}

function personItem(it) {
  const current = it.id === place.user;
  const mentions = mentionsOf(it.id);
  const choose = () => {
    become(it.id);
    showSidebar(false);
  };
  return {
    key: it.id,
    signature: JSON.stringify([it.name, roleOf(it), current, mentions]),
    create: () =>
      h(
        "button",
        { type: "button", role: "radio", class: "person", "aria-checked": String(current), tabindex: current ? "0" : "-1", dataset: { focus: it.id, person: it.handle }, onclick: choose },
        avatar(it, "small"),
        h("bdi", { class: "room-name" }, it.name),
        h("span", { class: "role", title: roleOf(it) }, shortRoleOf(it)),
        mentions ? badge(mentions) : null,
      ),
  };
}

const badge = (count) => h("span", { class: "badge", "aria-label": `${count} mention${count === 1 ? "" : "s"}` }, count);

/** Arrow keys move among the people, as in any group of radio buttons. */
function moveAmongPeople(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = people();
  const index = all.findIndex((it) => it.id === place.user);
  become(all[(index + step + all.length) % all.length].id);
  queueMicrotask(() => switcher.querySelector("[aria-checked=true]").focus()); // once it is drawn
}
