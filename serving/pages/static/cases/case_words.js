/** The words of takedown cases, for people: states, origins, grounds, and what a clock says. */

import { counted } from "../shared/formatting.js";

/** Each state: its title, what it means, what moving to it is called, and its tone: towards counterfeit or genuine. */
export const STATES = {
  received: { title: "Received", meaning: "It waits for its first decision.", tone: "review" },
  in_review: { title: "In review", meaning: "Somebody looks at it.", verb: "Take into review", tone: "review" },
  upheld: { title: "Upheld", meaning: "The listings are taken down.", verb: "Uphold", tone: "counterfeit" },
  rejected: { title: "Rejected", meaning: "The listings stay.", verb: "Reject", tone: "genuine" },
  withdrawn: { title: "Withdrawn", meaning: "The notifier took it back before a decision.", verb: "Withdraw", tone: "none" },
  forwarded: { title: "Forwarded", meaning: "The notice and its reasons went to the seller.", verb: "Forward to the seller", tone: "counterfeit" },
  counter_notice: { title: "Counter-notice", meaning: "The seller declared that there is no infringement.", verb: "Record a counter-notice", tone: "review" },
  holder_acted: { title: "Right holder acted", meaning: "The right holder gave notice of a complaint or a suit.", verb: "Record a complaint or suit", tone: "counterfeit" },
  reinstated: { title: "Reinstated", meaning: "The listings are back.", verb: "Reinstate the listings", tone: "genuine" },
  closed: { title: "Closed", meaning: "Nothing more happens.", verb: "Close", tone: "none" },
};

export const ORIGINS = {
  member: "Notified by a member",
  operator: "The operator’s own finding",
  rule: "Opened by a rule",
  cluster: "Opened for a cluster",
  test_buy: "Opened after a test buy",
};

export const GROUNDS = { trademark: "Trademark", design: "Design", copyright: "Copyright", patent: "Patent" };

export const ACTORS = { notifier: "the notifier", holder: "the right holder", operator: "the operator", seller: "the seller", server: "the server, by itself" };

export const WAITING = {
  due_soon: "a reminder that the decision is due soon",
  overdue: "an escalation, if it is still not decided",
  answer_reminder: "a reminder that an answer is owed",
  answer_overdue: "an escalation, if no answer came",
  declaration_wait_over: "the listings are reinstated, unless the right holder acts (China, 15 days)",
  complaint_window_over: "the case closes: the six months for complaints are over (EU)",
};

const COUNTRY_NAMES = new Intl.DisplayNames("en", { type: "region" });

/** A country's name by its two letters. */
export function countryName(code) {
  try {
    return COUNTRY_NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}

/** What the clock of a case says now: its words, its tone, and whether it still runs. */
export function clockWords(found, now = new Date()) {
  if (found.decided_at !== null) {
    return found.decided_in_time ? { words: "Decided in time", tone: "none", runs: false } : { words: "Decided late", tone: "review", runs: false };
  }
  if (found.state === "withdrawn") return { words: "Withdrawn before a decision", tone: "none", runs: false };
  if (found.paused_since !== null) return { words: "Paused: an answer is owed", tone: "none", runs: false };
  if (found.due_at === null) return { words: "Nothing is due", tone: "none", runs: false };
  const left = new Date(found.due_at) - now;
  return left >= 0 ? { words: `Due in ${span(left)}`, tone: "none", runs: true } : { words: `Late by ${span(-left)}`, tone: "review", runs: true };
}

/** A time span in its two largest units. */
export function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "under a minute";
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days > 0) return hours > 0 ? `${counted(days, "day")} ${hours} h` : counted(days, "day");
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}

/** A due time as the people of its country read it, with the place; null where the calendar names no time zone. */
export function localTime(iso, calendar) {
  const zone = calendar?.split(" ").at(-1); // "holidays 0.109 DK, tzdata 2026f Europe/Copenhagen"
  try {
    const then = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    return zone ? `${then.format(new Date(iso))} in ${zone.split("/").at(-1).replaceAll("_", " ")}` : null;
  } catch {
    return null;
  }
}

/** An amount of money. */
export function money({ amount, currency }) {
  return `${amount.toLocaleString("en-GB", { maximumFractionDigits: 2 })} ${currency}`;
}
