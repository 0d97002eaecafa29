// The slash commands a person is offered, and where in a command's arguments they are.

import { store } from "./state.js";

const KNOWN = {
  "/refund": { usage_hint: "[payment] [amount] [reason]", description: "Ask for a refund; a support lead decides" },
  "/signoff": { usage_hint: "[help | pending | show RUN]", description: "What waits for whom, and the story of a run" },
};

/** The commands the app's manifest registers; where it says nothing about one, we do. */
export function commands() {
  return (store.workspace?.commands ?? []).map((it) => ({
    name: it.name,
    usage_hint: it.usage_hint || KNOWN[it.name]?.usage_hint || "",
    description: it.description || KNOWN[it.name]?.description || "",
  }));
}

/** Commands that begin with what was typed; none once there is a space. */
export const matching = (text) => (/^\/\S*$/.test(text) ? commands().filter((it) => it.name.startsWith(text)) : []);

/** `{name, parts, at}`: the hint's arguments and the one being typed, once a command stands there. */
export function usageOf(text) {
  const [name, ...given] = text.split(" ");
  const known = given.length ? commands().find((it) => it.name === name) : null;
  if (!known) return null;
  const parts = known.usage_hint.match(/\[[^\]]*\]|\S+/g) ?? [];
  return { name, parts, at: Math.min(given.length - 1, parts.length - 1) };
}

/** What was typed as `[name, text]`, or null where it is no command. */
export function parseCommand(text) {
  const match = text.match(/^(\/\S+)(?:\s+([\s\S]*))?$/);
  return match ? [match[1], (match[2] ?? "").trim()] : null;
}
