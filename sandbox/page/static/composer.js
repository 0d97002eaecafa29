// The box a person types into: drafts per person and place, slash commands with completion, Enter sends.

import { matching, parseCommand, usageOf } from "./commands.js";
import { h, reconcile } from "./dom.js";
import { command, say } from "./interact.js";
import { note } from "./state.js";

const drafts = new Map();

export class Composer {
  /** `where()` → `{user, channel, thread}`; `user` is null until the workspace is known. */
  constructor(form, where) {
    this.where = where;
    this.form = form;
    this.box = form.querySelector("textarea");
    this.list = form.querySelector(".completions");
    this.hint = form.querySelector(".usage");
    this.button = form.querySelector("button[type=submit]");
    this.spot = null;
    this.choice = 0;
    this.sending = 0;
    this.hidden = false;
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("blur", () => this.complete([]));
    this.box.addEventListener("focus", () => this.typed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  /** Where nobody may write there is no composer. */
  show(allowed) {
    this.form.hidden = !allowed;
  }

  /** Shows the draft of this person and place. */
  render(placeholder) {
    const where = this.where();
    const spot = [where.user, where.channel, where.thread].join("/");
    if (this.box.placeholder !== placeholder) {
      this.box.placeholder = placeholder;
      this.box.setAttribute("aria-label", placeholder);
    }
    if (spot !== this.spot) {
      this.spot = spot;
      this.box.value = drafts.get(spot) ?? "";
      this.typed();
    }
  }

  /** Puts a text in, ready to be finished by the person. */
  put(text) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
    this.typed();
  }

  typed() {
    drafts.set(this.spot, this.box.value);
    this.hidden = false;
    this.choice = 0;
    this.draw();
  }

  draw() {
    const text = this.box.value;
    this.form.classList.toggle("empty", text.trim() === "");
    this.button.disabled = text.trim() === "";
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, innerHeight * 0.35)}px`;
    this.complete(this.hidden || document.activeElement !== this.box ? [] : matching(text));
    this.explain(usageOf(text));
  }

  complete(found) {
    this.found = found;
    this.list.hidden = found.length === 0;
    this.box.setAttribute("aria-expanded", String(found.length > 0));
    const option = (it, index) => ({
      key: it.name,
      signature: String(index === this.choice),
      create: () =>
        h(
          "li",
          { role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(index === this.choice), onmousedown: (event) => { event.preventDefault(); this.take(it); } },
          h("span", { class: "command" }, it.name),
          h("span", { class: "arguments" }, it.usage_hint),
          h("span", { class: "about" }, it.description),
        ),
    });
    reconcile(this.list, found.map(option));
    if (found.length) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.choice}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  explain(usage) {
    const sending = this.sending ? [h("span", { class: "sending" }, "Sending…")] : [];
    const parts = usage ? [h("b", {}, usage.name), ...usage.parts.map((part, index) => h("span", { class: index === usage.at ? "now" : "" }, part))] : [];
    this.hint.replaceChildren(...(sending.length ? sending : parts));
  }

  take(it) {
    this.put(`${it.name} `);
  }

  pressed(event) {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (this.found.length && move) this.choice = (this.choice + move + this.found.length) % this.found.length;
    else if (this.found.length && (event.key === "Tab" || (event.key === "Enter" && this.found[this.choice].name !== this.box.value))) this.take(this.found[this.choice]);
    else if (this.found.length && event.key === "Escape") this.hidden = true;
    else if (event.key === "Enter" && !event.shiftKey) this.send();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  async send() {
    const text = this.box.value.trim();
    const where = this.where();
    if (!text || !where.user) return;
    const spot = this.spot;
    const slash = this.box.value.startsWith("/") ? parseCommand(text) : null;
    if (slash && where.thread) {
      note(where.user, where.channel, where.thread, `\`${slash[0]}\` is not supported in threads. Sorry!`);
      return;
    }
    drafts.delete(spot);
    this.box.value = "";
    this.sending += 1;
    this.draw();
    const taken = slash ? await command(where.user, where.channel, ...slash) : await say(where.user, where.channel, text, where.thread);
    this.sending -= 1;
    if (!taken && !drafts.get(spot)) {
      drafts.set(spot, text);
      if (this.spot === spot) this.box.value = text;
    }
    this.draw();
  }
}
