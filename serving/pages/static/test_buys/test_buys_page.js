/** The page of test buys: estimates, plans, and the list of purchases with filters and keys. */

import { isOperatorWith } from "../admin/caller.js";
import { CursorList } from "../lists/cursor_list.js";
import { AddressForm, apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { buyRow } from "./buy_row.js";
import { periodWords, STATES } from "./buy_words.js";
import { estimatesOf } from "./estimates.js";
import { PlanList } from "./plan_list.js";
import { planView } from "./plan_view.js";
import { wireProposing } from "./propose.js";

const filters = new AddressForm(byId("filters"), readList, offerPlan);
const plans = new PlanList(lookAt);
const list = new CursorList({
  noun: ["test buy", "test buys"],
  path: (cursor) => `/v1/test-buys?${wanted(cursor)}`,
  rowsOf: ({ buys }) => buys.map(buyRow),
  csv: () => [`/v1/test-buys.csv?${wanted()}`, "test-buys.csv"],
  nothing: () => (filters.query.size ? nothingMatches() : nothingYet()),
  shown: pageShown,
});

wireKeys();
wireForgetting();
wireProposing((plan) => {
  plans.read();
  lookAt(plan.plan_id, periodWords(plan));
});
bindKeys({ ...list.keys, "/": () => byId("filter-state").focus() });
byId("download-estimates").addEventListener("click", downloadEstimates);
byId("filter-state").append(...Object.entries(STATES).map(([value, { title }]) => element("option", { value }, title)));
filters.readAddress();
start();

async function start() {
  await readList(); // where a key is needed, this one asks for it
  const [seesPlans, mayPropose] = await Promise.all([isOperatorWith("read"), isOperatorWith("cases"), readEstimates()]);
  byId("propose").hidden = !mayPropose;
  if (seesPlans) plans.read();
}

async function readEstimates() {
  await attempt(byId("estimates-problem"), async () => {
    byId("estimates").replaceChildren(); // what stays where the answer is a problem
    const { estimates } = await getJson("/v1/test-buys/estimates");
    byId("estimates").replaceChildren(...estimatesOf(estimates));
    byId("download-estimates").hidden = !estimates.length;
  });
  byId("estimates").setAttribute("aria-busy", "false");
}

async function downloadEstimates() {
  await attempt(byId("estimates-problem"), async () => {
    await downloadFile("/v1/test-buys/estimates.csv", "test-buy-estimates.csv");
    announce("The estimates were downloaded as test-buy-estimates.csv.");
  });
}

/** Proposals that were never accepted are left out, but where one of them is looked at. */
function wanted(cursor = null) {
  const query = apiQuery(filters.query, cursor);
  if (!query.has("plan_id")) query.set("plan_state", "accepted");
  return query;
}

async function readList() {
  await Promise.all([list.read(), readPlan()]);
}

async function readPlan() {
  const planId = filters.query.get("plan_id");
  byId("plan-field").hidden = !planId;
  clearProblem(byId("plan-problem"));
  if (!planId) return byId("plan").replaceChildren();
  try {
    const plan = await getJson(`/v1/test-buys/plans/${encodeURIComponent(planId)}`);
    if (filters.query.get("plan_id") !== planId) return;
    offerPlan(new URLSearchParams({ plan_id: planId }), periodWords(plan));
    byId("plan").replaceChildren(planView(plan, planAccepted));
  } catch (problem) {
    byId("plan").replaceChildren();
    if (problem.status !== 403) showProblem(byId("plan-problem"), problem); // a member sees purchases and no plan
  }
}

async function planAccepted() {
  announce("The plan was accepted.");
  await Promise.all([plans.read(), readList(), readEstimates()]);
  byId("plan-title")?.focus();
}

async function lookAt(planId, words) {
  const select = byId("filter-plan");
  for (const control of byId("filters").elements) control.value = ""; // other filters could hide its purchases
  offerPlan(new URLSearchParams({ plan_id: planId }), words);
  select.value = planId;
  select.dispatchEvent(new Event("input", { bubbles: true }));
  byId("buys-title").scrollIntoView();
  byId("buys-title").focus();
}

/** Have the plan of an address among the choices, under its name where that is known. */
function offerPlan(query, words = "This plan") {
  const planId = query.get("plan_id");
  if (!planId) return query;
  const select = byId("filter-plan");
  const known = [...select.options].find(({ value }) => value === planId);
  if (!known) select.append(element("option", { value: planId }, words));
  else if (words !== "This plan") known.textContent = words;
  return query;
}

function pageShown() {
  byId("clear-filters").hidden = !filters.query.size;
}

function nothingMatches() {
  return [element("h3", {}, "No test buy matches these filters"), element("p", {}, "Clear a filter, or choose another plan.")];
}

function nothingYet() {
  return [element("h3", {}, "No purchase yet"), element("p", {}, "Purchases come from accepted plans, which the operator of this server makes.")];
}
