/** The audit log: pages by cursor, filters, the export, and whether its chain holds. */

import { AddressForm, apiQuery } from "../shared/address_form.js";
import { downloadFile, getJson } from "../shared/api.js";
import { announce } from "../shared/announcer.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { showChain } from "./chain_box.js";
import { entryRow } from "./entry_row.js";

const list = byId("entries");
const filters = new AddressForm(byId("filters"), () => readPage());
let nextCursor = null;
let reading = 0; // number of the latest request, so that the answer to an earlier filter is dropped

wireKeys();
wireForgetting();
byId("older").addEventListener("click", () => readPage(nextCursor));
byId("export").addEventListener("click", downloadLog);
filters.readAddress();
start();

async function start() {
  const head = await readPage();
  if (head) await showChain(head);
}

/** Show the first page, or the one after a cursor below it; give the log's head, or null where that failed. */
async function readPage(cursor = null) {
  const turn = ++reading;
  clearProblem(byId("log-problem"));
  list.setAttribute("aria-busy", "true");
  try {
    const page = await getJson(`/v1/audit-log?${apiQuery(filters.query, cursor)}`);
    if (turn === reading) showPage(page, cursor !== null);
    return page.head;
  } catch (problem) {
    if (turn !== reading) return null;
    if (!cursor) showPage({ entries: [], next_cursor: null }, false, true);
    showProblem(byId("log-problem"), problem);
    return null;
  } finally {
    if (turn === reading) list.setAttribute("aria-busy", "false");
  }
}

function showPage({ entries, next_cursor: next }, isMore, failed = false) {
  const added = entries.map(entryRow);
  if (isMore) list.append(...added);
  else list.replaceChildren(...added);
  nextCursor = next;
  const count = list.childElementCount;
  byId("older").hidden = next === null;
  byId("empty").hidden = count > 0 || failed;
  byId("export").hidden = failed;
  byId("clear-filters").hidden = filters.query.size === 0;
  byId("list-count").textContent = count ? counted(count, next === null ? "entry" : "newest entry", next === null ? "entries" : "newest entries") : "";
  if (isMore) added[0]?.querySelector("summary").focus();
}

async function downloadLog() {
  const button = byId("export");
  button.disabled = true;
  clearProblem(byId("log-problem"));
  try {
    await downloadFile("/v1/audit-log/export", "audit-log.jsonl");
    announce("The log was downloaded as audit-log.jsonl.");
  } catch (problem) {
    showProblem(byId("log-problem"), problem);
  } finally {
    button.disabled = false;
  }
}
