/** The page of one test buy: where it stands, what can be done, its examination with photos, and its history. */

import { namedIn } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { productName, sentence } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { BuyActions } from "./buy_actions.js";
import { factsOf, historyOf } from "./buy_facts.js";
import { BuyPhotos } from "./buy_photos.js";
import { STATES } from "./buy_words.js";
import { Examination } from "./examination.js";

const buyId = namedIn(location.pathname);
let examination = null;

wireKeys();
wireForgetting();
readBuy();

/** Read it again and show it as it is now; what was typed into the examination stays. */
async function readBuy() {
  clearProblem(byId("buy-problem"));
  try {
    const found = await getJson(`/v1/test-buys/${encodeURIComponent(buyId)}`);
    return show(found, await checklistOf(found), examination?.typed ?? null);
  } catch (problem) {
    if (problem.status === 404) return showMissing(problem);
    if (!examination) byId("buy").replaceChildren();
    showProblem(byId("buy-problem"), problem);
  } finally {
    byId("buy").setAttribute("aria-busy", "false");
  }
}

/** The checklist that it was or will be examined by; null where the product has none. */
async function checklistOf({ product, checklist_version: version }) {
  try {
    return await getJson(`/v1/test-buys/checklists/${encodeURIComponent(product)}${version === null ? "" : `?version=${version}`}`);
  } catch (problem) {
    if (problem.code === "checklist_not_found") return null;
    throw problem;
  }
}

function show(found, checklist, typed) {
  const { title, meaning, tone } = STATES[found.state];
  document.title = `${productName(found.product)} · ${title} · Touchstone`;
  const photos = new BuyPhotos(found, checklist?.points ?? []);
  examination = new Examination({ found, checklist, photos, typed, moved, readAgain: readBuy });
  const heading = element("h1", { tabindex: "-1", dir: "auto" }, productName(found.product));
  byId("buy").replaceChildren(
    element("div", { class: "case-title" }, heading, element("p", {}, element("span", { class: `pill tone-${tone}` }, title), ` ${meaning}`, ...caseOf(found))),
    new BuyActions(found, moved, readBuy).root,
    factsOf(found),
    examination.root,
    photos.others(),
    historyOf(found),
  );
  return heading;
}

function caseOf({ case_id: caseId, state }) {
  if (caseId === null) return [];
  const words = state === "counterfeit" ? "The case that it opened" : "The case that it once opened";
  return [" ", element("a", { href: `/cases/${encodeURIComponent(caseId)}` }, words)];
}

async function moved({ state }) {
  examination = null; // what was typed is recorded
  const heading = await readBuy();
  announce(`The test buy is now: ${STATES[state].title}`);
  heading?.focus();
}

function showMissing(problem) {
  document.title = "No such test buy · Touchstone";
  byId("buy").replaceChildren(
    element("div", { class: "empty" }, element("h1", {}, problem.title), element("p", {}, sentence(problem.detail)), element("a", { class: "button", href: "/test-buys" }, "See the test buys")),
  );
}
