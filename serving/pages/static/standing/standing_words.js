/** The words of how members stand as notifiers. */

import { element } from "../shared/element.js";
import { counted, moment, share } from "../shared/formatting.js";

export const STANDINGS = {
  fast: { title: "Fast track", tone: "genuine" },
  standard: { title: "Standard", tone: "none" },
  out: { title: "Out of fast track", tone: "review" },
};

export const STEPS = {
  warning: { title: "Warning", tone: "review" },
  suspension: { title: "Suspension", tone: "counterfeit" },
  lifting: { title: "Suspension lifted", tone: "none" },
};

export const PROPOSALS = { nothing: "The figures speak for no step", warning: "The figures speak for a warning", suspension: "The figures speak for a suspension" };

/** A record of three months: what was decided, and the shares with their numbers. */
export function recordWords({ decided, upheld, counter_notices_won: won, upheld_share: upheldShare, counter_share: wonShare }) {
  if (!decided) return "Nothing was decided in these three months";
  const upheldWords = `${upheld.toLocaleString("en-GB")} of ${decided.toLocaleString("en-GB")} decided were upheld (${share(upheldShare)})`;
  return `${upheldWords}, ${counted(won, "counter-notice")} won${wonShare === null ? "" : ` (${share(wonShare)})`}`;
}

/** A time of the API in the reader's time zone, with its UTC in the title. */
export function timeOf(iso) {
  return element("time", { datetime: iso, title: iso }, moment(iso));
}

/** A coloured word. */
export function pill({ title, tone }) {
  return element("span", { class: `pill tone-${tone}` }, title);
}
