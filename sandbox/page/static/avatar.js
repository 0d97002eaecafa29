// A person's picture: initials on a colour of their own; the bot has its mark.

import { h } from "./dom.js";
import { BOT, SLACKBOT, people } from "./workspace.js";

const HUES = 8;

export function avatar(person, size = "") {
  if (person.id === BOT.id) return h("img", { class: `avatar ${size}`, src: "/static/signoff.svg", alt: "", draggable: "false" });
  const initials = person.name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("");
  const hue = person.id === SLACKBOT.id ? HUES - 1 : Math.max(0, people().findIndex((it) => it.id === person.id)) % (HUES - 1);
  return h("span", { class: `avatar hue-${hue} ${size}`, "aria-hidden": "true" }, initials);
}
