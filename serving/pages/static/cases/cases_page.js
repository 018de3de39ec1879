/** The list of takedown cases, with filters, clocks, keys, and moves of several. */

import { isOperatorWith } from "../admin/caller.js";
import { CursorList } from "../lists/cursor_list.js";
import { apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { BulkMoves } from "./bulk_moves.js";
import { CaseFilters } from "./case_filters.js";
import { CaseRow } from "./case_row.js";
import { wireOpening } from "./open_case.js";
import { wireTable } from "./open_table.js";
import { wireLinks } from "./seller_links.js";

const CLOCK_MS = 30_000;
const filters = new CaseFilters(() => list.read());
const bulk = new BulkMoves(() => list.read());
const list = new CursorList({
  noun: ["case", "cases"],
  path: (cursor) => `/v1/cases?${apiQuery(filters.query, cursor)}`,
  rowsOf: ({ cases }) => cases.map((found) => new CaseRow(found, showChosen)),
  count: () => filters.count(),
  beside: waitingWords,
  csv: () => [`/v1/cases.csv?${apiQuery(filters.query)}`, "cases.csv"],
  nothing: () => (filters.areSet ? nothingMatches() : nothingYet()),
  shown: pageShown,
});

wireKeys();
wireForgetting();
wireOpening();
wireLinks(byId("main"));
wireTable(() => list.read());
bindKeys({ ...list.keys, x: toggleSelected, "/": () => byId("filter-undecided").focus() });
byId("choose-all").addEventListener("click", chooseAll);
setInterval(() => list.rows.forEach((row) => row.tick()), CLOCK_MS);
start();

async function start() {
  await list.read(); // where a key is needed, this one asks for it
  byId("operator-links").hidden = !(await isOperatorWith("read"));
}

function pageShown() {
  byId("clear-filters").hidden = !filters.areSet;
  byId("choose-all").hidden = !list.rows.length;
  showChosen();
}

function waitingWords({ undecided, late, paused }) {
  if (!undecided) return "; none waits for a decision";
  return `; ${undecided.toLocaleString("en-GB")} ${undecided === 1 ? "waits" : "wait"} for a decision, ${late.toLocaleString("en-GB")} of them late and ${paused.toLocaleString("en-GB")} paused`;
}

function nothingMatches() {
  return [element("h2", {}, "No case matches these filters"), element("p", {}, "Clear a filter, or choose other days.")];
}

function nothingYet() {
  return [
    element("h2", {}, "No case yet"),
    element("p", {}, "A case asks for listings to be taken down, and keeps who did what, when and why. Open one here or from a check."),
  ];
}

function toggleSelected() {
  const row = list.selected;
  if (!row) return announce("Select a case with j or k first.");
  row.chosen = !row.chosen;
  announce(row.chosen ? "Chosen" : "Not chosen");
  showChosen();
}

function chooseAll() {
  const all = list.rows.every(({ chosen }) => chosen);
  for (const row of list.rows) row.chosen = !all;
  showChosen();
}

function showChosen() {
  const chosen = list.rows.filter((row) => row.chosen);
  byId("choose-all").textContent = list.rows.length && chosen.length === list.rows.length ? "Choose none" : "Choose all shown";
  bulk.show(chosen);
}
