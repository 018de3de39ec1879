/** The page of one case: where it stands, its clock, what can be done, its listings, and its history. */

import { isOperatorWith, memberNames } from "../admin/caller.js";
import { CaseDuties } from "../case_duties/case_duties.js";
import { namedIn } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { productName, sentence } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { CaseActions } from "./case_actions.js";
import { CaseClock } from "./case_clock.js";
import { historyOf } from "./case_history.js";
import { listingsOf } from "./case_listings.js";
import { countryName, GROUNDS, ORIGINS, STATES } from "./case_words.js";
import { linksOf, showLinks, wireLinks } from "./seller_links.js";

const caseId = namedIn(location.pathname);
let clock = null;
let duties = null;
let mayMakeLinks = false;
let names = new Map(); // of members; empty to members themselves

wireKeys();
wireForgetting();
wireLinks(byId("main"));
readCase();

async function readCase() {
  clearProblem(byId("case-problem"));
  try {
    const found = await getJson(`/v1/cases/${encodeURIComponent(caseId)}`); // where a key is needed, this one asks for it
    [mayMakeLinks, names] = await Promise.all([isOperatorWith("cases"), memberNames()]);
    show(found);
  } catch (problem) {
    if (problem.status === 404) return showMissing(problem);
    byId("case").replaceChildren();
    showProblem(byId("case-problem"), problem);
  } finally {
    byId("case").setAttribute("aria-busy", "false");
  }
}

function show(found) {
  const { title, meaning, tone } = STATES[found.state];
  document.title = `${productName(found.product)} · ${title} · Touchstone`;
  clock?.stop();
  clock = new CaseClock(found);
  const actions = new CaseActions(found, moved);
  duties = new CaseDuties(found, dutyDone);
  const heading = element("h1", { tabindex: "-1" }, productName(found.product));
  byId("case").replaceChildren(
    element(
      "div",
      { class: "case-head" },
      element("div", { class: "case-title" }, heading, element("p", {}, element("span", { class: `pill tone-${tone}` }, title), ` ${meaning}`)),
      clock.root,
    ),
    actions.root,
    factsOf(found),
    listingsOf(found),
    duties.root,
    historyOf(found, mayMakeLinks),
  );
  return heading;
}

function factsOf(found) {
  const facts = [
    ["Opened", ORIGINS[found.opened_by] ?? found.opened_by],
    names.has(found.member_id) && ["Member", names.get(found.member_id)],
    ["Right", GROUNDS[found.ground] ?? found.ground],
    ["Country", countryName(found.country)],
    found.notifier_removed && ["Notifier", "The member was removed; the operator hands on what is addressed to it"],
    found.fast_track && ["Queue", "Fast track"],
    found.reason && ["Latest reason", found.reason],
    found.statement && ["Statement", found.statement],
    ["Case id", found.case_id], // letters to both sides name it
  ].filter(Boolean);
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "facts-title" },
    element("h2", { id: "facts-title" }, "What it is about"),
    element("dl", { class: "case-facts" }, facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", { dir: "auto" }, value)))),
  );
}

function moved(found) {
  const heading = show(found);
  announce(`The case is now: ${STATES[found.state].title}`);
  const links = linksOf({ seller_links: [], ...found }); // a question and its answer make none
  if (links.length) showLinks(links);
  else heading.focus();
}

/** Show the case as it is now, and stay in the section in which something was done. */
async function dutyDone() {
  const title = document.activeElement.closest("section")?.getAttribute("aria-labelledby");
  await readCase();
  await duties.shown;
  (byId(title) ?? byId("main")).focus();
}

function showMissing(problem) {
  document.title = "No such case · Touchstone";
  byId("case").replaceChildren(
    element("div", { class: "empty" }, element("h1", {}, problem.title), element("p", {}, sentence(problem.detail)), element("a", { class: "button", href: "/cases" }, "See the cases")),
  );
}
