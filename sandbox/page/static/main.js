// Starts the page: draws every part anew whenever something changed.

import { get } from "./api.js";
import { renderBotBar } from "./bot_bar.js";
import { composer, renderChannel } from "./channel_view.js";
import { renderGuide } from "./guide.js";
import { renderHome } from "./home.js";
import { renderModal } from "./modal.js";
import { renderMoneyTab } from "./money_tab.js";
import { openTab, renderPanel } from "./panel.js";
import { renderPayloadsTab } from "./payloads_tab.js";
import { closeThread, place, settle } from "./place.js";
import { renderSidebar, showSidebar } from "./sidebar.js";
import { changed, follow, onChange, store } from "./state.js";
import { renderThread, threadIsOpen } from "./thread_view.js";
import "./theme.js";
import { renderTroubleTab } from "./trouble_tab.js";
import { renderWorkspaceTab } from "./workspace_tab.js";

const CLOCK_TICK_MS = 15_000;
const TABS = { money: renderMoneyTab, workspace: renderWorkspaceTab, trouble: renderTroubleTab, payloads: renderPayloadsTab };

onChange(() => {
  document.getElementById("offline").hidden = store.connected;
  if (!store.workspace) return;
  settle();
  renderChannel();
  renderHome();
  renderThread();
  renderSidebar();
  renderModal();
  renderBotBar();
  renderPanel();
  TABS[openTab()]?.();
  renderGuide();
  if (!document.body.classList.contains("drawn")) begin();
});

/** One can type at once, as in Slack; where a keyboard would cover the page, one asks for it. */
function begin() {
  document.body.classList.add("drawn");
  if (matchMedia("(hover: hover)").matches && document.activeElement === document.body && !place.thread && !place.home) composer.box.focus({ preventScroll: true });
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("sidebar-open")) showSidebar(false);
  else if (threadIsOpen()) closeThread();
});
document.addEventListener("visibilitychange", changed);
setInterval(changed, CLOCK_TICK_MS);

try {
  store.catalogue = await get("/page/catalogue");
} catch (problem) {
  console.warn("No list of payments", problem);
}
await follow();
