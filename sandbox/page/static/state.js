// What the page knows: the sandbox's last answers, who is looking at what, and who wants to hear of changes.

import { get } from "./api.js";

export const store = {
  workspace: null, // the last GET /drive/state
  money: null, // the last GET /drive/stripe
  catalogue: [],
  payloads: [], // the inspector's, newest last, at most PAYLOADS_MAX
  connected: true,
  fetchedAt: 0, // performance.now() of the last answer, to let the sandbox's clock run on
  notes: [], // what Slackbot told a person in this tab only, at most NOTES_MAX
};

const PAYLOADS_MAX = 500; // as many as the sandbox keeps
const NOTES_MAX = 50;
const RETRY_MS = 1000;
const listeners = [];
let scheduled = false;
let loading = null;
let loadAgain = false;
let version = -1;

export function onChange(listener) {
  listeners.push(listener);
}

/** Renders soon, once for any number of calls. */
export function changed() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

/** Reads everything anew; calls made while one runs share one more. */
export function refresh() {
  if (loading) {
    loadAgain = true;
    return loading;
  }
  loading = load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load() {
  do {
    loadAgain = false;
    const last = store.payloads.at(-1)?.n ?? 0;
    const [workspace, money, payloads] = await Promise.all([get("/drive/state"), get("/drive/stripe"), get(`/page/inspector?since=${last}`)]);
    version = workspace.version;
    store.workspace = workspace;
    store.money = money;
    addPayloads(payloads);
    store.fetchedAt = performance.now();
    store.connected = true;
  } while (loadAgain);
  changed();
}

function addPayloads(fresh) {
  const known = new Map(store.payloads.map((payload) => [payload.n, payload]));
  for (const payload of fresh) known.set(payload.n, payload);
  store.payloads = [...known.values()].sort((a, b) => a.n - b.n).slice(-PAYLOADS_MAX);
}

/** Follows the sandbox for as long as the page is open. */
export async function follow() {
  for (;;) {
    try {
      if (document.hidden) await visible(); // a browser keeps only few connections to one place open
      if (store.workspace === null || !store.connected) await refresh();
      const answer = await get(`/page/events?since=${version}`);
      if (answer.version !== version) {
        version = answer.version;
        await refresh();
      }
    } catch (problem) {
      console.warn("The sandbox did not answer", problem);
      version = -1;
      store.connected = false;
      changed();
      await new Promise((wake) => setTimeout(wake, RETRY_MS));
    }
  }
}

const visible = () => new Promise((wake) => document.addEventListener("visibilitychange", wake, { once: true }));

/** Forgets what belonged to the world before a reset. */
export function forget() {
  store.payloads = [];
  store.notes = [];
}

/** A line of Slackbot's that only this person sees, in this tab. */
export function note(user, channel, thread_ts, text) {
  store.notes = [...store.notes, { user, channel, thread_ts, text, at: now() }].slice(-NOTES_MAX);
  changed();
}

export function forgetNote(item) {
  store.notes = store.notes.filter((it) => it.at !== item.at);
  changed();
}

/** The sandbox's clock, seconds since the epoch. */
export function now() {
  const clock = store.workspace?.clock;
  return clock ? clock.now + (performance.now() - store.fetchedAt) / 1000 : Date.now() / 1000;
}
