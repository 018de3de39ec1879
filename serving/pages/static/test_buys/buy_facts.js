/** What a test buy is about and why it was selected, and what happened to it. */

import { element } from "../shared/element.js";
import { moment, shownName } from "../shared/formatting.js";
import { amountWords, selectionWords, STATES, verdictWords, WORTH } from "./buy_words.js";

/** The section of facts. */
export function factsOf(found) {
  const plan = `/test-buys?plan_id=${encodeURIComponent(found.plan_id)}`;
  const facts = [
    ["Listing", shownName(found.listing_id ?? "No listing id")],
    ["Seller", shownName(found.seller_id ?? "No seller id")],
    ["Verdict", [element("a", { href: `/checks/${encodeURIComponent(found.check_id)}` }, "The check"), `: ${verdictWords(found)}, when the plan was made`]],
    ["Selected", [found.selection === "random" ? selectionWords(found) : worthOf(found.worth)]],
    ["Expected cost", amountWords(found.expected_cost, found.currency)],
    found.cost !== null && ["Paid", amountWords(found.cost, found.currency)],
    ["Plan", [element("a", { href: plan }, "All purchases of its plan")]],
  ].filter(Boolean);
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "facts-title" },
    element("h2", { id: "facts-title" }, "What it is about"),
    element("dl", { class: "case-facts" }, facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", { dir: "auto" }, ...[value].flat())))),
  );
}

function worthOf(worth) {
  if (worth === null) return "Chosen for its worth";
  return element(
    "div",
    {},
    element("p", {}, "Chosen for its worth, each part from 0 to 1:"),
    element("ul", {}, Object.entries(worth).map(([name, value]) => element("li", {}, `${WORTH[name]}: ${value.toFixed(2)}`))),
  );
}

/** The section of moves, oldest first. */
export function historyOf({ moves }) {
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "history-title" },
    element("h2", { id: "history-title" }, "What happened"),
    element("ol", { class: "case-history" }, moves.map(moveOf)),
  );
}

function moveOf({ at, from_state: from, to_state: to, actor_name: name, by_member: byMember, reason }) {
  const what = from === null ? "Proposed by a plan" : `${STATES[from].title} → ${STATES[to].title}`;
  return element(
    "li",
    {},
    element("time", { datetime: at, title: at }, moment(at)),
    element("div", {}, element("strong", {}, what), element("span", { class: "row-soft" }, ` by ${byMember ? "a member" : "the operator"}, key ${name}`), reason ? element("p", { dir: "auto" }, reason) : null),
  );
}
