/** The list of checks, with filters, and keys to select, open and decide. */

import { keepTrail } from "../check/check_trail.js";
import { CursorList } from "../lists/cursor_list.js";
import { apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { DECISIONS } from "../shared/wording.js";
import { CheckFilters } from "./check_filters.js";
import { CheckRow } from "./check_row.js";

const filters = new CheckFilters(() => list.read());
const list = new CursorList({
  noun: ["check", "checks"],
  path: (cursor) => `/v1/checks?${apiQuery(filters.query, cursor)}`,
  rowsOf: ({ checks }) => checks.map((check) => new CheckRow(check)),
  count: () => filters.count(),
  csv: () => [`/v1/checks.csv?${apiQuery(filters.query)}`, "checks.csv"],
  nothing: () => (filters.areSet ? nothingMatches() : nothingYet()),
  shown: pageShown,
});

wireKeys();
wireForgetting();
bindKeys({
  ...list.keys,
  "/": () => byId("filter-queue").focus(),
  ...Object.fromEntries(Object.entries(DECISIONS).map(([decision, { key }]) => [key, () => decide(decision)])),
});
start();

async function start() {
  await filters.start();
  await list.read();
}

function pageShown() {
  byId("clear-filters").hidden = !filters.areSet;
  byId("rows").setAttribute("aria-label", `Checks, ${filters.order}`);
  keepTrail({ query: filters.query.toString(), ids: list.rows.map(({ check }) => check.check_id), nextCursor: list.nextCursor });
}

function nothingMatches() {
  return [element("h2", {}, "No check matches these filters"), element("p", {}, "Clear a filter, or choose other days.")];
}

function nothingYet() {
  return [
    element("h2", {}, "No checks yet"),
    element("p", {}, "Every check is stored here with its photos, verdict and your decision."),
    element("a", { class: "button primary", href: "/" }, "Check photos"),
  ];
}

function decide(decision) {
  if (!list.selected) return announce("Select a check with j or k first.");
  list.selected.decide(decision);
}
