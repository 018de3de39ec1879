/** The words of test buys, for people: states, how one was selected, amounts, and what a plan is about. */

import { percent, productName, share } from "../shared/formatting.js";
import { OUTCOMES } from "../shared/wording.js";

/** Each state: its title, what it means, what moving to it is called, and its tone: towards counterfeit or genuine. */
export const STATES = {
  planned: { title: "Planned", meaning: "It waits to be ordered.", tone: "none" },
  ordered: { title: "Ordered", meaning: "It is on its way.", verb: "Record the order", tone: "review" },
  received: { title: "Received", meaning: "The item waits for its examination.", verb: "Record its arrival", tone: "review" },
  examined: { title: "Examined", meaning: "Its findings wait for an outcome.", verb: "Record the examination", tone: "review" },
  genuine: { title: "Genuine", meaning: "The examination shows a genuine item.", verb: "Outcome: genuine", tone: "genuine" },
  counterfeit: { title: "Counterfeit", meaning: "The examination shows a counterfeit.", verb: "Outcome: counterfeit", tone: "counterfeit" },
  cant_tell: { title: "Can’t tell", meaning: "The examination settles it neither way.", verb: "Outcome: can’t tell", tone: "insufficient" },
  cancelled: { title: "Cancelled", meaning: "It is not bought.", verb: "Cancel the purchase", tone: "none" },
  not_delivered: { title: "Not delivered", meaning: "The item did not arrive.", verb: "Record that it never came", tone: "none" },
};

export const RESULTS = { pass: { title: "Pass", tone: "genuine" }, fail: { title: "Fail", tone: "counterfeit" }, not_checked: { title: "Not checked", tone: "none" } };

/** What the verdicts did with the listings of a stratum. */
export const GROUPS = { flagged: "Looked counterfeit", open: "Left open", passed: "Looked genuine" };

/** The parts of a purchase's worth, each between 0 and 1. */
export const WORTH = { uncertainty: "the verdict is unsure", reach: "the seller has many listings", labels: "training lacks such labels" };

/** How a purchase was selected, and why. */
export function selectionWords({ selection, probability, worth }) {
  if (selection === "random") return `Drawn at random, chance ${share(probability)}`;
  const parts = Object.entries(worth ?? {}).sort(([, one], [, other]) => other - one);
  const named = parts.filter(([, value]) => value >= 0.05).map(([name, value]) => `${WORTH[name]} (${value.toFixed(2)})`);
  return named.length ? `Chosen: ${named.join(", ")}` : "Chosen for its worth";
}

/** The verdict when the plan was made. */
export function verdictWords({ verdict, authenticity }) {
  return [OUTCOMES[verdict]?.title ?? verdict, authenticity === null ? null : percent(authenticity)].filter(Boolean).join(", ");
}

/** An amount with its currency. */
export function amountWords(amount, currency) {
  const cents = Number.isInteger(amount) ? 0 : 2;
  return `${amount.toLocaleString("en-GB", { minimumFractionDigits: cents, maximumFractionDigits: 2 })} ${currency}`;
}

/** What a plan or an estimate is about: "2026 Q4, all products". */
export function periodWords({ quarter, product }) {
  return `${quarterWords(quarter)}, ${product === null ? "all products" : productName(product)}`;
}

/** "2026 Q4" of 2026-Q4. */
export function quarterWords(quarter) {
  return quarter.replace("-", " ");
}

/** The days of a plan's period, in UTC as the plan counts them. */
export function daysWords({ since, until }) {
  const day = (time) => new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `${day(since)} to ${day(new Date(until).getTime() - 1)}`;
}
