/** The reviewer's decision on a check: three buttons and keys, a note, and what was decided before. */

import { announce } from "../shared/announcer.js";
import { postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { bindKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { DECISIONS } from "../shared/wording.js";

/** POST a decision and give the review as recorded. */
export async function recordReview(checkId, decision, note) {
  return postJson(`/v1/checks/${encodeURIComponent(checkId)}/review`, { decision, note });
}

export class ReviewPanel {
  #checkId;
  #reviews;
  #sending = false;

  /** `reviews` are those recorded so far, oldest first. */
  constructor(checkId, reviews) {
    this.#checkId = checkId;
    this.#reviews = [...reviews];
    this.#build();
    this.#show();
    bindKeys(
      Object.fromEntries(Object.entries(DECISIONS).map(([decision, { key }]) => [key, () => this.decide(decision)])),
    );
  }

  /** Record a decision with the note as it stands. */
  async decide(decision) {
    if (this.#sending) return;
    this.#sending = true;
    clearProblem(this.problem);
    try {
      this.#reviews.push(await recordReview(this.#checkId, decision, this.note.value.trim()));
      this.#show();
      announce(`Recorded: ${DECISIONS[decision].title}.`);
    } catch (problem) {
      showProblem(this.problem, problem);
    } finally {
      this.#sending = false;
    }
  }

  get #latest() {
    return this.#reviews.at(-1) ?? null;
  }

  #build() {
    this.buttons = Object.entries(DECISIONS).map(([decision, { title, key, tone }]) =>
      element(
        "button",
        {
          type: "button",
          class: `tone-${tone}`,
          "data-decision": decision,
          "aria-pressed": "false",
          "aria-keyshortcuts": key,
          click: () => this.decide(decision),
        },
        title,
        element("kbd", { "aria-hidden": "true" }, key),
      ),
    );
    this.state = element("p", { class: "review-state" });
    this.problem = element("div", { class: "problem", role: "alert", hidden: true });
    this.note = element("textarea", { id: "review-note", maxlength: 4000, rows: 2 });
    this.note.addEventListener("input", () => this.#offerNote());
    this.note.addEventListener("keydown", (event) => event.key === "Escape" && this.note.blur());
    this.saveNote = element("button", { type: "button", click: () => this.decide(this.#latest.decision) }, "Save note");
    this.root = element(
      "section",
      { class: "review", "aria-labelledby": "review-title" },
      element("h2", { id: "review-title" }, "Your decision"),
      element("div", { class: "decisions", role: "group", "aria-labelledby": "review-title" }, this.buttons),
      this.state,
      this.problem,
      element(
        "div",
        { class: "field" },
        element("label", { for: "review-note" }, "Note ", element("span", { class: "optional" }, "optional")),
        this.note,
      ),
      element("div", { class: "note-actions" }, this.saveNote),
    );
  }

  #show() {
    const latest = this.#latest;
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.decision === latest?.decision));
    }
    this.state.replaceChildren(...stateOf(this.#reviews));
    this.note.value = latest?.note ?? this.note.value;
    this.#offerNote();
  }

  #offerNote() {
    this.saveNote.hidden = !this.#latest || this.note.value.trim() === this.#latest.note;
  }
}

/** "Counterfeit, 3 Mar, 14:05", with the earlier decision where it changed. */
function stateOf(reviews) {
  const latest = reviews.at(-1);
  if (!latest) return [element("span", { class: "was" }, "Not decided yet. Your decision becomes a label for training.")];
  const before = reviews.findLast(({ decision }) => decision !== latest.decision);
  return [
    `${DECISIONS[latest.decision].title}, recorded ${moment(latest.created_at)}.`,
    before ? element("span", { class: "was" }, ` Changed from ${DECISIONS[before.decision].title.toLowerCase()}.`) : null,
  ].filter(Boolean);
}
