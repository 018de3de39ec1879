/** The list of checks: pages by cursor, counts, a download, and keys to select, open and decide. */

import { keepTrail } from "../check/check_trail.js";
import { apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { DECISIONS } from "../shared/wording.js";
import { CheckFilters } from "./check_filters.js";
import { CheckRow } from "./check_row.js";

const filters = new CheckFilters(readList);
const list = byId("rows");
let rows = [];
let selected = -1;
let nextCursor = null;
let reading = 0; // number of the latest request, so that the answer to an earlier filter is dropped
let total = null; // how many checks match, once the server has counted them

wireKeys();
wireForgetting();
bindKeys({
  j: () => select(selected + 1),
  k: () => select(selected - 1),
  Enter: () => rows[selected]?.link.click(),
  "/": () => byId("filter-queue").focus(),
  ...Object.fromEntries(Object.entries(DECISIONS).map(([decision, { key }]) => [key, () => decide(decision)])),
});
list.addEventListener("focusin", (event) => markSelected(rows.findIndex(({ link }) => link === event.target)));
byId("older").addEventListener("click", () => readPage(nextCursor));
byId("download").addEventListener("click", downloadCsv);
start();

async function start() {
  await filters.start();
  await readList();
}

async function readList() {
  await Promise.all([readPage(null), showTotal()]);
}

/** Show how many checks match, beside how many of them are listed; the list does not wait for it. */
async function showTotal() {
  total = null;
  const turn = reading;
  const counted = await filters.count();
  if (turn !== reading) return;
  total = counted;
  byId("list-count").textContent = countWords();
}

async function downloadCsv() {
  const button = byId("download");
  button.disabled = true;
  clearProblem(byId("list-problem"));
  try {
    await downloadFile(`/v1/checks.csv?${apiQuery(filters.query)}`, "checks.csv");
    announce("The list was downloaded as checks.csv.");
  } catch (problem) {
    showProblem(byId("list-problem"), problem);
  } finally {
    button.disabled = false;
  }
}

async function readPage(cursor) {
  const turn = ++reading;
  clearProblem(byId("list-problem"));
  list.setAttribute("aria-busy", "true");
  byId("older").disabled = true;
  try {
    const page = await getJson(`/v1/checks?${apiQuery(filters.query, cursor)}`);
    if (turn === reading) showPage(page, cursor !== null);
  } catch (problem) {
    if (turn !== reading) return;
    if (!cursor) showPage({ checks: [], next_cursor: null }, false, true);
    showProblem(byId("list-problem"), problem);
  } finally {
    if (turn === reading) list.setAttribute("aria-busy", "false");
    byId("older").disabled = false;
  }
}

function showPage(page, isMore, failed = false) {
  if (!isMore) clearRows();
  const added = page.checks.map((check) => new CheckRow(check));
  rows.push(...added);
  list.append(...added.map(({ root }) => root));
  nextCursor = page.next_cursor;
  byId("older").hidden = !nextCursor;
  const filtered = filters.areSet;
  byId("clear-filters").hidden = !filtered;
  byId("download").hidden = !rows.length;
  byId("list-count").textContent = countWords();
  list.setAttribute("aria-label", `Checks, ${filters.order}`);
  byId("empty").hidden = rows.length > 0 || failed;
  byId("empty").replaceChildren(...(filtered ? nothingMatches() : nothingYet()));
  keepTrail({ query: filters.query.toString(), ids: rows.map(({ check }) => check.check_id), nextCursor });
  if (isMore) added[0]?.link.focus();
}

function clearRows() {
  for (const row of rows) row.close();
  rows = [];
  selected = -1;
  list.replaceChildren();
}

function countWords() {
  if (!rows.length) return "";
  const shown = Math.max(rows.length, nextCursor ? (total ?? 0) : 0);
  return nextCursor ? `${rows.length} of ${total === null ? "more" : shown.toLocaleString("en-GB")} checks` : counted(rows.length, "check");
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

function select(index) {
  if (index === rows.length && nextCursor) return byId("older").click();
  rows[index]?.link.focus();
}

function markSelected(index) {
  rows[selected]?.root.classList.remove("selected");
  selected = index;
  rows[selected]?.root.classList.add("selected");
}

function decide(decision) {
  const row = rows[selected];
  if (!row) return announce("Select a check with j or k first.");
  row.decide(decision);
}
