/** What is decided on one check: the reviews that the server has, and over them what this browser has yet to send. */

import { getJson } from "../shared/api.js";
import { entries, outbox, sendingState } from "./outbox.js";

export class DecisionState {
  #checkId;
  #reviews; // in force, oldest first
  #ended = new AbortController();

  /** `check` is one of the API with its `reviews`; `changed()` is called after each change. */
  constructor({ check_id, reviews }, changed) {
    this.#checkId = check_id;
    this.#reviews = [...reviews];
    const { signal } = this.#ended;
    outbox.addEventListener("change", ({ detail }) => this.#follow(detail, changed), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#readAgain(changed), { signal });
  }

  /** The decisions in force, oldest first; one without `review_id` is not saved yet. */
  get decisions() {
    return this.#entries
      .filter(({ refused }) => !refused)
      .reduce((before, entry) => (entry.withdraws ? without(before, entry.body) : withNew(before, entry)), this.#reviews);
  }

  /** `saved`, `saving`, or `unsent` where the latest attempt failed. */
  get status() {
    if (this.#entries.every(({ refused }) => refused)) return "saved";
    return sendingState().problem ? "unsent" : "saving";
  }

  /** Stop following; the state is not used again. */
  close() {
    this.#ended.abort();
  }

  get #entries() {
    return entries().filter(({ checkId }) => checkId === this.#checkId);
  }

  async #follow({ checkId, answered, elsewhere }, changed) {
    if (checkId !== undefined && checkId !== this.#checkId) return;
    if (elsewhere) return this.#readAgain(changed);
    if (answered) {
      const { entry, review } = answered;
      this.#reviews = this.#reviews.filter(({ review_id }) => review_id !== review.review_id);
      if (!entry.withdraws) this.#reviews.push({ ...review, key: entry.key });
    }
    changed();
  }

  async #readAgain(changed) {
    try {
      const { reviews } = await getJson(`/v1/checks/${encodeURIComponent(this.#checkId)}`);
      this.#reviews = reviews;
    } catch {
      // What is known stays on the page; the outbox says when the server can't be reached.
    }
    changed();
  }
}

function withNew(before, { decision, body, key }) {
  return before.some((one) => one.key === key) ? before : [...before, { decision, note: body.note, key }];
}

/** A decision that a page before this one made has no key here; it is the latest one then. */
function without(before, { review_id, idempotency_key }) {
  const at = before.findIndex((one) => (review_id ? one.review_id === review_id : one.key === idempotency_key));
  return before.toSpliced(at, 1);
}
