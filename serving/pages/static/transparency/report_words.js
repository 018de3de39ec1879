/** The words of public figures: tables, shares, and what is counted in them. */

import { countryName } from "../cases/case_words.js";

export const TABLES = {
  requests_by_source: "Requests by source",
  requests_by_ground: "Requests by right",
  requests_by_country: "Requests by country",
  requests_by_category: "Requests by industry of the member",
  requests_by_outcome: "Requests by first decision",
  decisions: "First decisions within 24 business hours",
  complaints_by_side: "Complaints by who complained",
  complaints_by_outcome: "Complaints by outcome",
  checks_by_outcome: "Listings checked by automated means",
  flags_by_review: "Flagged listings, as reviewers decided",
  statements: "Statements of reasons",
};

export const SHARES = {
  in_time: "First decisions made within 24 business hours",
  upheld: "Decided requests that were upheld",
  complaints_reversed: "Decided complaints that reversed the decision",
  flags_confirmed: "Reviewed flags that were confirmed",
  precision: "Flagged listings that are counterfeit, estimated from test buys (precision)",
  recall: "Counterfeit listings that are flagged, estimated from test buys (recall)",
};

export const OTHERS = {
  median_hours: "Median hours to the first decision",
  listings_restricted: "Listings taken down",
  counter_notices: "Counter-notices of sellers",
  reinstated: "Requests whose listings were put back",
};

const CELLS = {
  requests_by_source: { member: "Notices of members", own: "The marketplace’s own findings" },
  requests_by_category: { own_finding: "Own findings, of no member", unknown: "A member that was removed" },
  requests_by_outcome: { open: "Not decided yet" },
  decisions: { late: "Late, or overdue now" },
  complaints_by_outcome: { confirmed: "The decision stays", reversed: "The decision was reversed", open: "Not decided yet" },
  checks_by_outcome: { review: "For a person to look at", insufficient: "Photos show too little", unsupported: "Not a known product", genuine: "Consistent with genuine", counterfeit: "Looks counterfeit" },
  statements: { waiting: "Waiting to be sent", refused: "Refused by the database", sent: "In the Commission’s database" },
};
const TONES = { counterfeit: "counterfeit", upheld: "counterfeit", genuine: "genuine", rejected: "genuine" };

/** What a count of a table is called. */
export function cellName(table, key) {
  if (table === "requests_by_country") return countryName(key);
  return CELLS[table]?.[key] ?? key.charAt(0).toUpperCase() + key.slice(1).replaceAll("_", " ");
}

/** The colour of a count: towards counterfeit, towards genuine, or none. */
export function cellTone(key) {
  return TONES[key] ?? "none";
}

/** A quarter in words: "January to March 2026". */
export function quarterName(quarter) {
  const [year, number] = [quarter.slice(0, 4), Number(quarter.slice(-1))];
  const month = (index) => new Date(Date.UTC(2000, index)).toLocaleDateString("en-GB", { month: "long", timeZone: "UTC" });
  return Number.isInteger(number) && number >= 1 && number <= 4 ? `${month(3 * number - 3)} to ${month(3 * number - 1)} ${year}` : quarter;
}

/** The quarters that end at the one of this moment, latest first; quarters are in UTC. */
export function latestQuarters(count, now = new Date()) {
  const last = 4 * now.getUTCFullYear() + Math.floor(now.getUTCMonth() / 3);
  return Array.from({ length: count }, (_, back) => `${Math.floor((last - back) / 4)}-Q${((last - back) % 4) + 1}`);
}
