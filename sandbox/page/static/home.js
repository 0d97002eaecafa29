// The app's Home, beside its messages: what the bot published for this person, asked for anew at every opening.

import { post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { explain, marksUnder } from "./interact.js";
import { openChannel, openHome, place } from "./place.js";
import { changed, refresh, store } from "./state.js";
import { clickable } from "./surface.js";
import { directOf, isDirect, channel } from "./workspace.js";

const box = document.getElementById("home");
const tabs = document.getElementById("app-tabs");
const [homeTab, messagesTab] = tabs.children;
let visit = null; // {spot, opening, failed} of the Home that is open
let drawn = "";

homeTab.addEventListener("click", openHome);
messagesTab.addEventListener("click", () => openChannel(directOf(place.user).id));

export function renderHome() {
  tabs.hidden = !isDirect(channel(place.channel));
  homeTab.setAttribute("aria-current", String(place.home));
  messagesTab.setAttribute("aria-current", String(!place.home));
  box.hidden = !place.home;
  document.getElementById("main").classList.toggle("at-home", place.home);
  if (!place.home) {
    visit = null;
    drawn = "";
    box.replaceChildren();
    return;
  }
  // A bot that comes back is told again that its Home is open.
  const spot = `${place.user}/${store.workspace.bot.ready}`;
  if (visit?.spot !== spot) open(spot);
  const view = store.workspace.homes[place.user];
  const signature = JSON.stringify([place.user, view?.id, view?.hash, visit.opening, visit.failed, marksUnder(`${view?.id}/`)]);
  if (signature === drawn) return;
  const turned = box.dataset.person === place.user && view && drawn !== "";
  drawn = signature;
  draw(view, turned);
}

async function open(spot) {
  const of = (visit = { spot, opening: true, failed: null });
  const answer = await post("/drive/home", { user: place.user });
  of.opening = false;
  if (!answer.ok) of.failed = explain(answer.error);
  try {
    await refresh();
  } catch (problem) {
    console.warn("The sandbox did not answer", problem);
  }
  changed();
}

function draw(view, keepPlace) {
  const top = box.scrollTop;
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const empty = visit.opening ? "Opening…" : "Signoff has put nothing here yet.";
  box.dataset.person = place.user;
  const content = h(
    "div",
    { class: "content" },
    visit.failed ? h("p", { class: "home-problem", role: "alert" }, `${visit.failed}. ${view ? "This is what it showed before." : ""}`) : null,
    ...(view ? renderBlocks(view.blocks, clickable(view.id, () => ({ user: place.user, view_id: view.id }))) : [h("p", { class: "hint" }, empty)]),
  );
  box.replaceChildren(content);
  box.scrollTop = keepPlace ? top : 0;
  if (focused) ([...box.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === focused) ?? box).focus({ preventScroll: true });
}
