// Who is looking, at which channel and thread, or at the app's Home. Kept in the address (`#riley/refunds/TS`,
// `#riley/home`), so that a reload and a second tab each keep their own, and two tabs can be two people.

import { changed, store } from "./state.js";
import { channel, channelsOf, directOf, isDirect, people } from "./workspace.js";

const DIRECT = "signoff"; // every direct message is with the bot
const HOME = "home"; // the app's other tab
const LAST = "signoff.viewer"; // who one was in the tab used last; a new tab begins as them
const FIRST = { handle: "riley", channel: "refunds" };
let wanted = parse();

/** The ts of the message a link led to, until it is shown. */
export const arrival = { ts: wanted.thread };

export const place = { user: null, channel: null, thread: null, home: false };

function parse() {
  const [handle, name, thread] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { handle: handle || localStorage.getItem(LAST) || FIRST.handle, channel: name || FIRST.channel, thread: thread || null };
}

/** Settles the address against the workspace, as soon as there is one and after each change of it. */
export function settle() {
  if (!store.workspace) return;
  const viewer = people().find((it) => it.handle === wanted.handle) ?? people()[0];
  const rooms = channelsOf(viewer.id);
  const direct = directOf(viewer.id);
  const home = wanted.channel === HOME;
  const room = home || wanted.channel === DIRECT ? direct.id : (rooms.find((it) => it.name === wanted.channel) ?? rooms[0])?.id ?? null;
  Object.assign(place, { user: viewer.id, channel: room, thread: wanted.thread, home });
}

export function become(userId) {
  const viewer = people().find((it) => it.id === userId);
  localStorage.setItem(LAST, viewer.handle);
  go({ handle: viewer.handle, channel: wanted.channel, thread: [DIRECT, HOME].includes(wanted.channel) ? null : wanted.thread });
}

export function openChannel(id) {
  go({ ...wanted, channel: isDirect(channel(id)) ? DIRECT : channel(id).name, thread: null });
}

export const openHome = () => go({ ...wanted, channel: HOME, thread: null });

/** A message with its thread beside it. */
export function openMessage(id, ts) {
  arrival.ts = ts;
  go({ ...wanted, channel: isDirect(channel(id)) ? DIRECT : channel(id).name, thread: ts });
}
export const openThread = (ts) => go({ ...wanted, thread: ts });
export const closeThread = () => go({ ...wanted, thread: null });

function go(next) {
  wanted = next;
  const parts = [next.handle, next.channel, ...(next.thread ? [next.thread] : [])];
  history.replaceState(null, "", `#${parts.map(encodeURIComponent).join("/")}`);
  changed();
}

addEventListener("hashchange", () => {
  wanted = parse();
  arrival.ts = wanted.thread;
  changed();
});
