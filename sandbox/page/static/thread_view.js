// The pane beside the channel: one root, its replies, and a composer for more.

import { Composer } from "./composer.js";
import { setText } from "./dom.js";
import { closeThread, place } from "./place.js";
import { Scroller } from "./scroller.js";
import { changed } from "./state.js";
import { renderTimeline } from "./timeline.js";
import { markRead } from "./unread.js";
import { channel, ephemeralsFor, isDirect, message, repliesOf, whyReadOnly } from "./workspace.js";

const pane = document.getElementById("thread");
const root = document.getElementById("thread-root");
const list = document.getElementById("thread-list");
const scroller = new Scroller(document.getElementById("thread-messages"), null);
const composer = new Composer(document.getElementById("thread-composer"), () => ({ user: place.user, channel: place.channel, thread: place.thread }));
let shown = null;
let cameFrom = null;

document.getElementById("thread-close").addEventListener("click", closeThread);

export const threadIsOpen = () => Boolean(place.thread && message(place.channel, place.thread));

export function renderThread() {
  const open = threadIsOpen();
  pane.hidden = !open;
  if (!open) {
    if (shown) giveFocusBack(shown);
    shown = null;
    return;
  }
  const first = message(place.channel, place.thread);
  const replies = repliesOf(place.channel, place.thread);
  const room = channel(place.channel);
  setText(document.getElementById("thread-where"), isDirect(room) ? "Signoff" : `#${room.name}`);
  setText(document.getElementById("thread-count"), replies.length ? `${replies.length} ${replies.length === 1 ? "reply" : "replies"}` : "No replies yet");
  scroller.around(`${place.user}/${place.thread}`, () => {
    renderTimeline(root, [first], [], { thread: true });
    renderTimeline(list, replies, ephemeralsFor(place.user, place.channel, place.thread), { thread: true });
  });
  composer.show(whyReadOnly(room, place.user) === null);
  composer.render("Reply…");
  if (document.visibilityState === "visible" && markRead(place.user, place.channel, place.thread, replies.at(-1)?.ts)) changed();
  if (shown !== place.thread) {
    if (shown === null) cameFrom = document.activeElement;
    shown = place.thread;
    if (document.activeElement && document.activeElement !== document.body) (matchMedia("(hover: hover)").matches ? composer.box : document.getElementById("thread-close")).focus();
  }
}

/** To what had it before; the bar under a message is drawn anew when its thread opens. */
function giveFocusBack(ts) {
  const bar = document.querySelector(`#message-list > [data-key="${CSS.escape(ts)}"] .thread-bar`);
  if (cameFrom) (cameFrom.isConnected ? cameFrom : bar)?.focus({ preventScroll: true });
  cameFrom = null;
}
