/** The complaints of all cases, each decided by a person. */

import { isOperatorWith } from "../admin/caller.js";
import { complaintParts, complaintTitle, decideComplaint, STATES } from "../case_duties/complaints.js";
import { CursorList } from "../lists/cursor_list.js";
import { AddressForm, apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { downloadFile } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt } from "../shared/problem_box.js";

const filters = new AddressForm(byId("filters"), () => list.read());
const list = new CursorList({
  noun: ["complaint", "complaints"],
  path: (cursor) => `/v1/complaints?${apiQuery(filters.query, cursor)}`,
  rowsOf: ({ complaints }) => complaints.map(rowOf),
  csv: () => [`/v1/complaints.csv?${apiQuery(filters.query)}`, "complaints.csv"],
  nothing: () => (filters.query.size ? nothingMatches() : nothingYet()),
  shown: () => (byId("clear-filters").hidden = filters.query.size === 0),
});
let mayDecide = false;

byId("download-statements").addEventListener("click", () => attempt(byId("list-problem"), () => downloadFile("/v1/statements-of-reasons.csv", "statements-of-reasons.csv")));
wireKeys();
wireForgetting();
bindKeys({ ...list.keys, d: decideSelected, "/": () => byId("filter-state").focus() });
byId("filter-state").append(...Object.entries(STATES).map(([value, words]) => element("option", { value }, words)));
filters.readAddress();
start();

async function start() {
  mayDecide = await isOperatorWith("cases");
  await list.read(); // where a key is needed, this one asks for it
  if (mayDecide || !(await isOperatorWith("cases"))) return;
  mayDecide = true; // the key was given just now
  await list.read();
}

function rowOf(complaint) {
  const link = element("a", { href: `/cases/${encodeURIComponent(complaint.case_id)}` }, complaintTitle(complaint));
  return { complaint, link, root: element("li", { class: "row complaint" }, element("h2", {}, link), ...complaintParts(complaint, mayDecide, () => decided(complaint))) };
}

function decideSelected() {
  const { complaint } = list.selected ?? {};
  if (!complaint) return announce("Select a complaint with j or k first.");
  if (complaint.state !== "open") return announce("It is decided already.");
  if (!mayDecide) return announce("Deciding takes a key of the operator with the scope cases.");
  decideComplaint(complaint, () => decided(complaint));
}

/** Show the list anew, and stay at the complaint, or at the first one where it is no longer listed. */
async function decided({ complaint_id: id }) {
  await list.read();
  const row = list.rows.find(({ complaint }) => complaint.complaint_id === id) ?? list.rows[0];
  if (row) row.link.focus();
  else byId("main").focus();
}

function nothingMatches() {
  return [element("h2", {}, "No complaint is in this state"), element("p", {}, "Choose another state, or clear the filter.")];
}

function nothingYet() {
  return [
    element("h2", {}, "No complaint yet"),
    element("p", {}, "A seller complains by the link of its notice, a member on the page of its case. Both come here, and wait for a person."),
  ];
}
