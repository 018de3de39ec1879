/** What a reviewer sees at the end of the list that a check was opened from: what is left, and what to do next. */

import { entries } from "../decisions/outbox.js";
import { apiQuery } from "../shared/address_form.js";
import { getJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { listAddress, undecidedFilters } from "./check_trail.js";

const MAX_COUNTED = 200; // the longest page of the API's list

/** Show the end of the list, and move the focus to it. */
export async function showQueueEnd() {
  const left = await countUndecided();
  const title = element("h2", { id: "queue-end-title", tabindex: -1 }, left === 0 ? "Queue done" : "End of the list");
  const back = element("a", { class: left ? "button" : "button primary", href: listAddress() }, "Back to the list");
  const others = left ? element("a", { class: "button primary", href: `/checks?${undecidedFilters()}` }, "Show those") : null;
  const photos = left === 0 ? element("a", { class: "button", href: "/" }, "Check photos") : null;
  byId("queue-end").replaceChildren(
    title,
    element("p", {}, wordsOf(left)),
    element("p", { class: "actions" }, [others, back, photos].filter(Boolean)),
  );
  byId("queue-end").hidden = false;
  title.focus();
}

/** How many checks of the list have no decision, MAX_COUNTED for that or more; null where the server can't say. */
async function countUndecided() {
  // Before the server is asked: what it stores while it answers may be in neither.
  const onTheirWay = new Set(entries().filter(({ withdraws }) => !withdraws).map(({ checkId }) => checkId));
  try {
    const { checks } = await getJson(`/v1/checks?${apiQuery(undecidedFilters())}&limit=${MAX_COUNTED}`);
    return checks.filter(({ check_id }) => !onTheirWay.has(check_id)).length;
  } catch {
    return null;
  }
}

function wordsOf(left) {
  if (left === null) return "This was the last check of the list.";
  if (left === 0) return "This was the last check of the list, and every one has a decision.";
  const count = left === MAX_COUNTED ? `${left} or more checks` : counted(left, "check");
  return `This was the last check of the list. ${count} of it ${left === 1 ? "has" : "have"} no decision yet.`;
}
