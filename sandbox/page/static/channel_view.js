// The middle of the page: one channel or direct message, its messages and its composer.

import { Composer } from "./composer.js";
import { setText } from "./dom.js";
import { arrival, place } from "./place.js";
import { Scroller } from "./scroller.js";
import { changed } from "./state.js";
import { toast } from "./toast.js";
import { renderTimeline } from "./timeline.js";
import { markRead, readUpTo } from "./unread.js";
import { channel, ephemeralsFor, isDirect, noteOn, rootsOf, whyReadOnly } from "./workspace.js";

const box = document.getElementById("messages");
const list = document.getElementById("message-list");
const scroller = new Scroller(box, document.getElementById("to-end"));
let visit = { spot: null, readUpTo: "" };

export const composer = new Composer(document.getElementById("composer"), () => ({ user: place.user, channel: place.channel, thread: null }));

export function renderChannel() {
  const room = channel(place.channel);
  const direct = isDirect(room);
  const name = direct ? "Signoff" : room?.name ?? "";
  const messages = rootsOf(place.channel);
  arrive();
  setText(document.getElementById("channel-name"), name);
  document.getElementById("channel-header").classList.toggle("direct", direct);
  setText(document.getElementById("channel-about"), direct ? (place.home ? "" : "What the bot tells only you") : noteOn(room) ?? ABOUT[name] ?? "");
  setText(document.getElementById("empty-title"), direct ? "This is between you and Signoff" : `This is the very beginning of #${name}`);
  setText(document.getElementById("empty-text"), direct ? "When Signoff has something for you alone, it lands here." : `Type /refund below to ask for one. Payments worth trying are in the control panel.`);
  if (place.home) return; // home.js shows it
  document.getElementById("empty").hidden = messages.length > 0;
  scroller.around(`${place.user}/${place.channel}`, () => renderTimeline(list, messages, ephemeralsFor(place.user, place.channel), { newAfter: visit.readUpTo }));
  followLink(messages);
  const readOnly = whyReadOnly(room, place.user);
  composer.show(readOnly === null);
  document.getElementById("read-only").hidden = readOnly === null;
  setText(document.getElementById("read-only"), readOnly ?? "");
  composer.render(direct ? "Message Signoff" : `Message #${name}`);
  if (document.visibilityState === "visible" && scroller.atEnd) read(messages.at(-1)?.ts);
}

const ABOUT = { refunds: "Ask here with /refund; support leads decide", general: "Everything else" };

function read(ts) {
  if (markRead(place.user, place.channel, null, ts)) changed();
}

/** Goes to the message a link led to, and makes it stand out for a moment. */
function followLink(messages) {
  const { ts } = arrival;
  if (!ts) return;
  const node = list.querySelector(`:scope > [data-key="${CSS.escape(ts)}"]`);
  if (!node && messages.some((message) => message.ts === ts)) {
    list.dataset.shown = messages.length; // it is further up than what is shown at first
    changed();
    return;
  }
  arrival.ts = null;
  if (!node) return toast("This message isn't here any more, or not for you.");
  scroller.atEnd = false;
  node.scrollIntoView({ block: node.offsetHeight < box.clientHeight ? "center" : "start" });
  node.classList.add("linked");
}

/** Remembers what was read when this person came here, for the line above what is new. */
function arrive() {
  const spot = `${place.user}/${place.channel}`;
  if (visit.spot !== spot) visit = { spot, readUpTo: readUpTo(place.user, place.channel) };
}
