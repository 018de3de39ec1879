/** Formats numbers, times and names for display. */

const PERCENT = "\u00a0%"; // on the line of its number

/** An authenticity in percent: one decimal near both ends, where it matters, and never rounded to 0 or 100. */
export function percent(authenticity) {
  const value = authenticity * 100;
  if (value < 0.1) return `under 0.1${PERCENT}`;
  if (value > 99.9) return `over 99.9${PERCENT}`;
  return `${value < 10 || value > 90 ? value.toFixed(1) : Math.round(value)}${PERCENT}`;
}

/** A share of 0 to 1 in percent, exact at both ends. */
export function share(value) {
  const hundredth = value * 100;
  if (hundredth === 0 || hundredth === 100) return `${hundredth}${PERCENT}`;
  return hundredth < 0.1 ? `under 0.1${PERCENT}` : `${Number(hundredth.toFixed(1))}${PERCENT}`;
}

/** A time in the reader's time zone. */
export function moment(iso) {
  const then = new Date(iso);
  const sameYear = then.getFullYear() === new Date().getFullYear();
  const day = { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) };
  return `${then.toLocaleDateString("en-GB", day)}, ${then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

/** "1 photo", "1,430 photos". */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}

/** A message of the API with a capital letter. */
export function sentence(message) {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/** A product's name as a title: `korvelle-k1-hair-dryer` reads `korvelle k1 hair dryer`. */
export function productName(product) {
  return product.replaceAll(/[-_]+/g, " ");
}

// What `PlainName` of the server's schemas refuses, and checks may have: characters that turn text around, or that
// nothing shows. A joiner behind a letter that is not Latin joins it, as in Persian words and emoji.
const HIDDEN = /(?<![^\u0000-\u024f\u200c\u200d])[\u200c\u200d]|(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0]/gu;

/** An id or a name as it may be shown beside others: each character that would make it look like another one is named, as [U+202E]. */
export function shownName(name) {
  return name.replaceAll(HIDDEN, (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

/** A small positive number with two significant digits: 0.034, 2.1e-7. */
export function smallNumber(value) {
  return value === 0 || value >= 0.001 ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}
