/** Complaints about the decisions of a case: made by a side, decided by a person. */

import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { element, linked } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { askDuty } from "./duty_dialog.js";

export const STATES = { open: "Waits for a person to decide", confirmed: "The decision stays", reversed: "The decision was reversed" };
const TONES = { open: "review", confirmed: "none", reversed: "genuine" };
const SIDES = { notifier: "The notifier", seller: "The seller" };
const ABOUT = { upheld: "that the listings were taken down", rejected: "that the listings stay" };
const DECIDED_AGAINST = { rejected: ["notifier", "The notifier, since the request was rejected"], upheld: ["seller", "The seller, since the request was upheld"] };

/** The section; null where nobody can complain and nobody did. `changed()` is called when the case has moved. */
export async function complaintsOf(found, isOperator, changed) {
  const path = `/v1/cases/${encodeURIComponent(found.case_id)}/complaints`;
  const { complaints, redress } = await getJson(path);
  const sides = Object.entries(DECIDED_AGAINST)
    .filter(([state, [side]]) => found.moves.some(({ to_state: to }) => to === state) && (isOperator || side === "notifier"))
    .map(([, side]) => side);
  if (!complaints.length && !sides.length) return null;
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "complaints-title" },
    element("h2", { id: "complaints-title", tabindex: "-1" }, "Complaints"),
    complaints.length
      ? element("ol", { class: "case-listings" }, complaints.map((complaint) => element("li", { class: "card" }, element("h3", {}, complaintTitle(complaint)), ...complaintParts(complaint, isOperator, changed))))
      : element("p", { class: "row-soft" }, "Nobody complained. A side may do so until six months after the decision against it; a person decides."),
    sides.length ? element("div", { class: "actions" }, element("button", { type: "button", click: () => complain(path, sides, changed) }, "Complain …")) : null,
    element("p", { class: "row-soft" }, linked(redress)),
  );
}

/** Who complains about what. */
export function complaintTitle({ side, decision }) {
  return `${SIDES[side]} complains ${ABOUT[decision]}`;
}

/** What a complaint says, and what came of it; `changed()` is called when it was decided here. */
export function complaintParts(complaint, isOperator, changed) {
  const { created_at: at, text, state, decided_at: decidedAt, decided_by: key, reason } = complaint;
  return [
    element("p", { class: "row-soft" }, "Received ", element("time", { datetime: at, title: at }, moment(at))),
    element("p", { class: "duty-text", dir: "auto" }, text || "The words were erased with the seller."),
    element("p", {}, element("span", { class: `pill tone-${TONES[state]}` }, STATES[state]), decidedAt ? [` ${moment(decidedAt)}`, key ? `, by a person with the key ${key}` : ""] : null),
    reason ? element("p", { class: "duty-text", dir: "auto" }, reason) : null,
    state === "open" && isOperator ? element("div", { class: "actions" }, element("button", { type: "button", class: "primary", click: () => decideComplaint(complaint, changed) }, "Decide …")) : null,
  ].filter(Boolean);
}

async function complain(path, sides, changed) {
  const made = await askDuty(
    {
      title: "Complain about the decision",
      meaning: "A person decides it, not the detector. Sent again, it is the same complaint.",
      choiceLabel: "Who complains",
      choices: sides,
      label: "Why the decision is wrong",
      verb: "Send the complaint",
    },
    ({ choice, words }) => postJson(path, { side: choice, text: words }),
  );
  if (!made) return;
  announce("The complaint was received.");
  changed();
}

/** Ask for the decision of a complaint. */
export async function decideComplaint({ complaint_id: id, decision }, changed) {
  const reversal = decision === "upheld" ? "Reverse it: the listings are reinstated" : "Reverse it: the request is examined again";
  const made = await askDuty(
    {
      title: "Decide the complaint",
      meaning: "The law asks for a person: your own key of the store is recorded as who decided. The server’s key is refused.",
      choiceLabel: "Decision",
      choices: [
        ["confirmed", "The decision stays"],
        ["reversed", reversal],
      ],
      label: "Why: who complained reads it",
      verb: "Decide",
    },
    ({ choice, words }) => postJson(`/v1/complaints/${encodeURIComponent(id)}/decision`, { outcome: choice, reason: words }),
  );
  if (!made) return;
  announce(STATES[made.state]);
  changed();
}
