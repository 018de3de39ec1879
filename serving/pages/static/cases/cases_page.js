/** The list of takedown cases: pages by cursor, counts, clocks, a download, keys, and moves of several. */

import { apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { BulkMoves } from "./bulk_moves.js";
import { CaseFilters } from "./case_filters.js";
import { CaseRow } from "./case_row.js";
import { wireOpening } from "./open_case.js";
import { wireTable } from "./open_table.js";

const CLOCK_MS = 30_000;
const filters = new CaseFilters(readList);
const list = byId("rows");
const bulk = new BulkMoves(readList);
let rows = [];
let selected = -1;
let nextCursor = null;
let reading = 0; // number of the latest request, so that the answer to an earlier filter is dropped
let counts = null;

wireKeys();
wireForgetting();
wireOpening();
wireTable(readList);
bindKeys({
  j: () => select(selected + 1),
  k: () => select(selected - 1),
  Enter: () => rows[selected]?.link.click(),
  x: toggleSelected,
  "/": () => byId("filter-undecided").focus(),
});
list.addEventListener("focusin", (event) => markSelected(rows.findIndex(({ root }) => root.contains(event.target))));
byId("older").addEventListener("click", () => readPage(nextCursor));
byId("download").addEventListener("click", downloadCsv);
byId("choose-all").addEventListener("click", chooseAll);
setInterval(() => rows.forEach((row) => row.tick()), CLOCK_MS);
readList();

async function readList() {
  await Promise.all([readPage(null), showCounts()]);
}

async function showCounts() {
  counts = null;
  const turn = reading;
  const found = await filters.count();
  if (turn !== reading) return;
  counts = found;
  showCountLine();
}

async function downloadCsv() {
  const button = byId("download");
  button.disabled = true;
  await attempt(byId("list-problem"), async () => {
    await downloadFile(`/v1/cases.csv?${apiQuery(filters.query)}`, "cases.csv");
    announce("The list was downloaded as cases.csv.");
  });
  button.disabled = false;
}

async function readPage(cursor) {
  const turn = ++reading;
  clearProblem(byId("list-problem"));
  list.setAttribute("aria-busy", "true");
  byId("older").disabled = true;
  try {
    const page = await getJson(`/v1/cases?${apiQuery(filters.query, cursor)}`);
    if (turn === reading) showPage(page, cursor !== null);
  } catch (problem) {
    if (turn !== reading) return;
    if (!cursor) showPage({ cases: [], next_cursor: null }, false, true);
    showProblem(byId("list-problem"), problem);
  } finally {
    if (turn === reading) list.setAttribute("aria-busy", "false");
    byId("older").disabled = false;
  }
}

function showPage(page, isMore, failed = false) {
  if (!isMore) {
    rows = [];
    selected = -1;
    list.replaceChildren();
  }
  const added = page.cases.map((found) => new CaseRow(found, showChosen));
  rows.push(...added);
  list.append(...added.map(({ root }) => root));
  nextCursor = page.next_cursor;
  byId("older").hidden = !nextCursor;
  byId("clear-filters").hidden = !filters.areSet;
  byId("download").hidden = byId("choose-all").hidden = !rows.length;
  byId("empty").hidden = rows.length > 0 || failed;
  byId("empty").replaceChildren(...(filters.areSet ? nothingMatches() : nothingYet()));
  showCountLine();
  showChosen();
  if (isMore) added[0]?.link.focus();
}

function showCountLine() {
  if (!rows.length) return (byId("list-count").textContent = "");
  const total = counts ? Math.max(counts.total, rows.length) : null;
  const shown = nextCursor ? `${rows.length} of ${total === null ? "more" : total.toLocaleString("en-GB")} cases` : counted(rows.length, "case");
  const waiting = counts
    ? `; ${counts.undecided.toLocaleString("en-GB")} wait for a decision, ${counts.late.toLocaleString("en-GB")} of them late and ${counts.paused.toLocaleString("en-GB")} paused`
    : "";
  byId("list-count").textContent = shown + waiting;
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

function select(index) {
  if (index === rows.length && nextCursor) return byId("older").click();
  rows[index]?.link.focus();
}

function markSelected(index) {
  rows[selected]?.root.classList.remove("selected");
  selected = index;
  rows[selected]?.root.classList.add("selected");
}

function toggleSelected() {
  const row = rows[selected];
  if (!row) return announce("Select a case with j or k first.");
  row.chosen = !row.chosen;
  announce(row.chosen ? "Chosen" : "Not chosen");
  showChosen();
}

function chooseAll() {
  const all = rows.every(({ chosen }) => chosen);
  for (const row of rows) row.chosen = !all;
  showChosen();
}

function showChosen() {
  const chosen = rows.filter((row) => row.chosen);
  byId("choose-all").textContent = rows.length && chosen.length === rows.length ? "Choose none" : "Choose all shown";
  bulk.show(chosen);
}
