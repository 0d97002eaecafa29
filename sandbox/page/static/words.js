// Amounts, spans and counts in words.

const MINOR_DIGITS = { jpy: 0, krw: 0, clp: 0, vnd: 0, kwd: 3, bhd: 3, jod: 3, omr: 3, tnd: 3 };

export const minorDigits = (currency) => MINOR_DIGITS[currency] ?? 2;

/** Integer minor units and a currency as a person writes it. */
export function money(amount, currency) {
  const digits = minorDigits(currency);
  return new Intl.NumberFormat("en-US", { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount / 10 ** digits);
}

/** How far the clock was moved forward. */
export function advance(seconds) {
  const hours = seconds / 3600;
  if (hours >= 1) return `+${Math.round(hours * 10) / 10} h`;
  return seconds >= 60 ? `+${Math.round(seconds / 60)} min` : `+${Math.round(seconds)} s`;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
