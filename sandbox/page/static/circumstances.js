// What an administrator can change: people, groups, channels, the app. Each change is a switch, on while things
// differ from how they were at first; turned off, they are as they were.

import { askConfirm, question } from "./confirm.js";
import { order } from "./interact.js";
import { store } from "./state.js";
import { channels, groups, isDirect, people } from "./workspace.js";

/** `{label, words, on, turn}`: what the button says, what is so while it is on, and a promise of the answer. */
const change = (label, words, on, path, wanted, done) => ({ label, words, on, turn: () => order(path, wanted(!on), done(!on)) });

export function changesOf(person) {
  const { id: user, name } = person;
  const flag = (key, label, words, is, isNot) =>
    change(label, `${name}: ${words}`, Boolean(person[key]), "/drive/person", (on) => ({ user, [key]: on }), (on) => `${name} ${on ? is : isNot}.`);
  return [
    flag("deleted", "Deactivate", "deactivated", "is deactivated", "is active again"),
    ...(person.role === "guest" ? [] : [flag("guest", "Make a guest", "made a guest", "is a guest now", "is a full member again")]),
    flag("removed", "Remove from the workspace", "removed", "is out of the workspace", "is back in the workspace"),
    ...groups().map((group) => groupChange(person, group)),
  ];
}

/** In or out of a group, whichever is not so at first. */
function groupChange({ id: user, name, seeded_groups: seeded = [] }, group) {
  const place = `@${group.handle}`;
  const belongs = seeded.includes(group.id);
  const isIn = group.users.includes(user);
  const others = groups().filter((it) => it.id !== group.id && it.users.includes(user)).map((it) => it.id);
  const wanted = (on) => ({ user, groups: on === belongs ? others : [...others, group.id] });
  const done = (on) => `${name} is ${on === belongs ? "out of" : "in"} ${place}.`;
  return change(belongs ? `Take out of ${place}` : `Put into ${place}`, `${name}: ${belongs ? "out of" : "in"} ${place}`, isIn !== belongs, "/drive/person", wanted, done);
}

export function changesOfChannel({ id: channel, name, archived, bot_is_member: botIsMember = true, shared, share_pending: invited }) {
  const room = `#${name}`;
  const flag = (label, words, on, wanted, is, isNot) =>
    change(label, `${room}: ${words}`, Boolean(on), "/drive/channel", (turnedOn) => ({ channel, ...wanted(turnedOn) }), (turnedOn) => `${room} ${turnedOn ? is : isNot}.`);
  return [
    flag("Archive", "archived", archived, (on) => ({ archived: on }), "is archived", "is open again"),
    flag("Remove Signoff", "without Signoff", !botIsMember, (on) => ({ bot_is_member: !on }), "is without Signoff", "has Signoff in it again"),
    flag("Share with another organisation", "shared", shared, (on) => ({ shared: on }), "is shared with another organisation", "is no longer shared"),
    flag("Invite another organisation", "another organisation invited", invited, (on) => ({ share_pending: on }), "waits for another organisation to accept", "waits for nobody any more"),
  ];
}

const SURE = question("Uninstall Signoff?", "Slack takes nothing from the bot any more, and what waits is cancelled.", "Uninstall", "danger");

export function changesOfApp() {
  const uninstalled = store.workspace.installed === false;
  const done = (on) => (on ? "Signoff is uninstalled." : "Signoff is installed again. It notices at a restart, or within ten minutes.");
  const it = change("Uninstall Signoff", "Signoff: uninstalled", uninstalled, "/drive/app", (on) => ({ installed: !on }), done);
  return [{ ...it, turn: async () => (uninstalled || (await askConfirm(SURE)) ? it.turn() : { ok: false }) }];
}

export const rooms = () => channels().filter((it) => !isDirect(it));

/** Everything that is not as it was at first. */
export const changes = () => [...people().flatMap(changesOf), ...rooms().flatMap(changesOfChannel), ...changesOfApp()].filter((it) => it.on);

/** Turns all of it off, one after the other; stops where the sandbox refuses. */
export async function undoAll() {
  for (let [first] = changes(); first; [first] = changes()) {
    const answer = await first.turn();
    if (!answer.ok) return;
  }
}
