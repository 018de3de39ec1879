/** The list of checks: filters in the address, pages by cursor, keys to select, open and decide. */

import { apiQuery, keepTrail } from "../check/check_trail.js";
import { announce } from "../shared/announcer.js";
import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted, productName } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { DECISIONS } from "../shared/wording.js";
import { CheckRow } from "./check_row.js";

const TYPING_PAUSE_MS = 300;
const form = byId("filters");
const list = byId("rows");
let rows = [];
let selected = -1;
let nextCursor = null;
let reading = 0; // number of the latest request, so that the answer to an earlier filter is dropped
let typing = null;

wireKeys();
wireForgetting();
bindKeys({
  j: () => select(selected + 1),
  k: () => select(selected - 1),
  Enter: () => rows[selected]?.link.click(),
  "/": () => byId("filter-outcome").focus(),
  ...Object.fromEntries(Object.entries(DECISIONS).map(([decision, { key }]) => [key, () => decide(decision)])),
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refilter, TYPING_PAUSE_MS);
});
form.addEventListener("reset", () => setTimeout(refilter));
list.addEventListener("focusin", (event) => markSelected(rows.findIndex(({ link }) => link === event.target)));
byId("older").addEventListener("click", () => readPage(nextCursor));
start();

async function start() {
  await offerProducts();
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  await readPage(null);
}

async function offerProducts() {
  try {
    const { bundles } = await getJson("/v1/bundles");
    const products = [...new Set(bundles.flatMap((bundle) => bundle.products))].sort();
    byId("filter-product").append(...products.map((product) => element("option", { value: product }, productName(product))));
  } catch {
    // Loading the list then fails too, and shows the problem.
  }
}

function filters() {
  return new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
}

function refilter() {
  const query = filters().toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  readPage(null);
}

async function readPage(cursor) {
  const turn = ++reading;
  clearProblem(byId("list-problem"));
  list.setAttribute("aria-busy", "true");
  byId("older").disabled = true;
  try {
    const page = await getJson(`/v1/checks?${apiQuery(filters(), cursor)}`);
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
  const filtered = filters().size > 0;
  byId("clear-filters").hidden = !filtered;
  byId("list-count").textContent = rows.length ? countWords() : "";
  byId("empty").hidden = rows.length > 0 || failed;
  byId("empty").replaceChildren(...(filtered ? nothingMatches() : nothingYet()));
  keepTrail({ query: filters().toString(), ids: rows.map(({ check }) => check.check_id), nextCursor });
  if (isMore) added[0]?.link.focus();
}

function clearRows() {
  for (const row of rows) row.close();
  rows = [];
  selected = -1;
  list.replaceChildren();
}

function countWords() {
  return nextCursor ? `The newest ${rows.length} checks` : counted(rows.length, "check");
}

function nothingMatches() {
  return [element("h2", {}, "No check matches these filters"), element("p", {}, "Clear a filter, or choose an earlier day.")];
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
