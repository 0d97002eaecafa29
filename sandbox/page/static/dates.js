// Slack's ways to write a moment, by the sandbox's clock and in the reader's own time zone.

import { now } from "./state.js";

const HALF_A_YEAR_S = 182 * 86_400;

const format = (options) => {
  const formatter = new Intl.DateTimeFormat("en-US", options);
  return (seconds) => formatter.format(new Date(seconds * 1000));
};

/** A date that leaves out its year within half a year from now, as Slack does. */
const dated = (options) => {
  const near = format(options);
  const far = format({ ...options, year: "numeric" });
  return (seconds) => (Math.abs(seconds - now()) < HALF_A_YEAR_S ? near : far)(seconds);
};

const shortDate = dated({ month: "short", day: "numeric" });
const longDate = dated({ weekday: "long", month: "long", day: "numeric" });
const plainDate = dated({ month: "long", day: "numeric" });
const weekday = format({ weekday: "long", month: "long", day: "numeric" });
export const clockTime = format({ hour: "numeric", minute: "2-digit" });
export const clockTimeWithSeconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
export const fullTime = format({ weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" });

const dayNumber = (seconds) => {
  const day = new Date(seconds * 1000);
  return Math.round(new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime() / 86_400_000);
};

/** The day as a heading between messages. */
export function dayHeading(seconds) {
  return nearDay(seconds) ?? weekday(seconds);
}

function nearDay(seconds) {
  return { 0: "Today", "-1": "Yesterday", 1: "Tomorrow" }[dayNumber(seconds) - dayNumber(now())] ?? null;
}

export const sameDay = (a, b) => dayNumber(a) === dayNumber(b);

/** A reply's time as the line under its root says it. */
export function ago(seconds) {
  const passed = now() - seconds;
  if (passed < 60) return "less than a minute ago";
  if (passed < 3600) return plural(Math.floor(passed / 60), "minute");
  if (passed < 86_400) return plural(Math.floor(passed / 3600), "hour");
  return plural(Math.floor(passed / 86_400), "day");
}

const plural = (count, unit) => `${count} ${unit}${count === 1 ? "" : "s"} ago`;

/** Fills the tokens of `<!date^…>` and of rich text's `date`; an unknown token stays as it is. */
export function fillDate(pattern, seconds) {
  const pretty = (write) => nearDay(seconds)?.toLowerCase() ?? write(seconds);
  const tokens = {
    date_num: new Date(seconds * 1000).toISOString().slice(0, 10),
    date: plainDate(seconds),
    date_short: shortDate(seconds),
    date_long: longDate(seconds),
    date_pretty: pretty(plainDate),
    date_short_pretty: pretty(shortDate),
    date_long_pretty: pretty(longDate),
    day_divider_pretty: pretty(weekday),
    time: clockTime(seconds),
    time_secs: clockTimeWithSeconds(seconds),
    ago: ago(seconds),
  };
  return pattern.replace(/\{(\w+)\}/g, (token, name) => tokens[name] ?? token);
}
