// The control panel: a drawer with four tabs (money, workspace, trouble, payloads), and whether it is open.

import { closeThread } from "./place.js";
import { changed } from "./state.js";
import { threadIsOpen } from "./thread_view.js";

const KEY = "signoff.panel";
const WIDE_PX = 1180; // as in layout.css: below, the panel lies over the channel
const ROOM_FOR_BOTH_PX = 1500;
const panel = document.getElementById("panel");
const toggle = document.getElementById("panel-toggle");
const tabs = [...document.querySelectorAll("#panel [role=tab]")];
let open = innerWidth >= WIDE_PX && localStorage.getItem(KEY) !== "closed";
let tab = "money";

export const openTab = () => (open ? tab : null);

export function showPanel(wanted) {
  open = wanted;
  localStorage.setItem(KEY, open ? "open" : "closed");
  changed();
}

/** Where there is no room for both, the thread takes the panel's place: asking for the panel closes the thread. */
function pressToggle() {
  const covered = open && threadIsOpen() && getComputedStyle(panel).display === "none";
  if (covered || (!open && innerWidth < ROOM_FOR_BOTH_PX)) closeThread();
  showPanel(covered || !open);
  if (open) tabs.find((it) => it.dataset.tab === tab).focus();
}

export function renderPanel() {
  panel.hidden = !open;
  toggle.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("panel-open", open);
  document.body.classList.toggle("thread-open", threadIsOpen());
  for (const it of tabs) {
    const current = it.dataset.tab === tab;
    it.setAttribute("aria-selected", String(current));
    it.tabIndex = current ? 0 : -1;
    document.getElementById(it.getAttribute("aria-controls")).hidden = !current;
  }
}

function choose(next) {
  tab = next.dataset.tab;
  next.focus();
  changed();
}

toggle.addEventListener("click", pressToggle);
document.getElementById("panel-close").addEventListener("click", () => {
  showPanel(false);
  toggle.focus();
});
for (const it of tabs) {
  it.addEventListener("click", () => choose(it));
  it.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(tabs[(tabs.indexOf(it) + step + tabs.length) % tabs.length]);
  });
}
