/** The decisions made in this tab: made, and undone one after another, the last one first. */

import { addressOf } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { checkName, DECISIONS } from "../shared/wording.js";
import { discard, entries, outbox, sendDecision, sendWithdrawal } from "./outbox.js";
import { showToast } from "./toast.js";

const KEPT_AS = `touchstone.own_decisions ${addressOf("/")}`; // as in the outbox
const MAX_KEPT = 50;
const OFFERED_MS = 8_000;

/** Decide on a check of the API. */
export function decide(check, decision, note) {
  const made = { checkId: check.check_id, name: checkName(check), decision };
  const { key } = sendDecision({ ...made, note });
  keep([...own(), { ...made, key, at: Date.now() }]);
  offerUndo();
}

/** Undo the last decision made in this tab, on whichever check it was. */
export function undoLast() {
  const last = own().at(-1);
  if (!last) return announce("There is no decision of this tab to undo.");
  keep(own().slice(0, -1));
  const refused = entries().find(({ key, refused }) => key === last.key && refused);
  if (refused) discard(refused);
  else withdraw(last, last.reviewId ? { review_id: last.reviewId } : { idempotency_key: last.key });
}

/** Withdraw a saved decision on a check of the API, whoever made it. */
export function withdrawDecision(check, { review_id, decision }) {
  keep(own().filter(({ reviewId }) => reviewId !== review_id));
  withdraw({ checkId: check.check_id, name: checkName(check), decision }, { review_id });
}

/** Offer to undo the last decision while it is fresh, also on the page after the one where it was made. */
export function offerUndo() {
  const last = own().at(-1);
  const left = last ? last.at + OFFERED_MS - Date.now() : 0;
  if (left > 0) showToast(`${DECISIONS[last.decision].title}: ${last.name}.`, { undo: undoLast, forMs: left });
}

outbox.addEventListener("change", ({ detail: { answered } }) => {
  if (!answered || answered.entry.withdraws) return;
  keep(own().map((one) => (one.key === answered.entry.key ? { ...one, reviewId: answered.review.review_id } : one)));
});

function withdraw({ checkId, name, decision }, review) {
  sendWithdrawal({ checkId, name, decision, review });
  const words = `Undone: ${DECISIONS[decision].title.toLowerCase()} on ${name}.`;
  announce(words);
  showToast(words, { checkId, forMs: OFFERED_MS });
}

function own() {
  return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "[]");
}

function keep(decisions) {
  sessionStorage.setItem(KEPT_AS, JSON.stringify(decisions.slice(-MAX_KEPT)));
}
