// The panel's first tab: payments worth a try, and what Stripe knows of refunds, so that one sees the money go back.

import { ago, fullTime } from "./dates.js";
import { h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./state.js";
import { composer } from "./channel_view.js";
import { showPanel } from "./panel.js";
import { openChannel, place } from "./place.js";
import { toast } from "./toast.js";
import { count, minorDigits, money } from "./words.js";
import { channel, whyReadOnly } from "./workspace.js";

const SHOWN_MAX = 50;
const EXAMPLE = { amount: 2500, reason: "charged twice" }; // the amount in minor units
const MOST_BY_PART = 100_000; // of what is larger, all is asked for: that is what makes it worth trying
const NARROW_PX = 1180; // as in layout.css: below, the panel lies over the channel
const REFUNDS = "C0REFUNDS";

let known = null; // the refunds there were when the page was opened: only later ones light up

export function renderMoneyTab() {
  known ??= new Set(store.money.refunds.map((refund) => refund.id));
  reconcile(document.getElementById("catalogue"), store.catalogue.map(paymentItem));
  const { refunds, attempts } = store.money;
  const newest = [...refunds].sort((a, b) => b.created - a.created).slice(0, SHOWN_MAX);
  setText(document.getElementById("refunds-sum"), sum(attempts));
  reconcile(document.getElementById("refunds"), newest.map(refundItem));
}

/** How many refunds came of the bot's calls: never more than were approved, however often it had to call. */
function sum(attempts) {
  if (!attempts.length) return "The bot has sent nothing back yet";
  const made = new Set(attempts.filter((attempt) => attempt.status === 200).map((attempt) => attempt.answer.id));
  const replayed = attempts.filter((attempt) => attempt.replayed).length;
  return `${count(made.size, "refund")} from ${count(attempts.length, "call")} by the bot${replayed ? `, ${replayed} replayed by key` : ""}`;
}

function paymentItem(it) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(it.id);
      toast(`Copied ${it.id}`);
    } catch {
      toast("The browser doesn't let this page copy. “Use” puts it into the composer.");
    }
  };
  return {
    key: it.id,
    signature: JSON.stringify(it),
    create: () =>
      h(
        "li",
        { class: "payment" },
        h("div", { class: "payment-title" }, h("b", {}, it.amount), h("span", { dir: "auto" }, it.title)),
        it.note ? h("div", { class: "payment-note", dir: "auto" }, it.note) : null,
        h(
          "div",
          { class: "payment-tools" },
          h("code", { class: "id", title: it.id }, it.id),
          h("button", { type: "button", class: "icon-button", "aria-label": `Copy ${it.id}`, title: "Copy the id", dataset: { focus: `copy ${it.id}` }, onclick: copy }, icon("copy")),
          h("button", { type: "button", class: "button slim", "aria-label": `Use ${it.id} in the composer`, title: commandFor(it.id), dataset: { focus: `use ${it.id}` }, onclick: () => use(it.id) }, "Use"),
        ),
      ),
  };
}

/** Puts a whole command for this payment into the composer. */
export function use(payment) {
  if (innerWidth < NARROW_PX) showPanel(false);
  if (place.home || whyReadOnly(channel(place.channel), place.user)) openChannel(REFUNDS);
  queueMicrotask(() => composer.put(commandFor(payment)));
}

const commandFor = (payment) => `/refund ${payment} ${amountOf(payment)} ${EXAMPLE.reason}`;

/** 25.00 where there is as much, and all of it where that would make no sense: in yen, say. */
function amountOf(id) {
  const known = store.money.payments.find((it) => [it.id, it.charge].includes(id));
  const whole = known && (minorDigits(known.currency) !== 2 || known.amount < EXAMPLE.amount || known.amount > MOST_BY_PART);
  return whole ? "all" : (EXAMPLE.amount / 100).toFixed(2);
}

function refundItem(it) {
  const passed = ago(it.created);
  return {
    key: it.id,
    signature: JSON.stringify([it, passed]),
    create: () =>
      h(
        "li",
        { class: known.has(it.id) ? "refund" : "refund fresh", "data-testid": "refund" },
        h("b", {}, money(it.amount, it.currency)),
        h("span", { class: `status ${it.status}` }, it.status),
        h("span", { class: "when", title: fullTime(it.created) }, passed),
        h("div", { class: "from" }, "back from ", h("code", { class: "id" }, it.payment_intent ?? it.charge)),
      ),
  };
}
