/** The reviewer's decision on a check: three buttons and keys, a note, and what was decided before. */

import { DecisionState } from "../decisions/decision_state.js";
import { sendNow } from "../decisions/outbox.js";
import { decide, withdrawDecision } from "../decisions/own_decisions.js";
import { element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { bindKeys } from "../shared/keys.js";
import { DECISIONS } from "../shared/wording.js";

const DRAFT_KEPT_AS = "touchstone.note_draft "; // and the check's id: a note that was typed and not sent with a decision

export class ReviewPanel {
  #check;
  #state;

  /** `reviews` are those in force, oldest first. The root dispatches `decided` after each decision, but for a note's. */
  constructor(check, reviews) {
    this.#check = check;
    this.#state = new DecisionState({ ...check, reviews }, () => this.#show());
    this.#build();
    this.#show();
    this.note.value = sessionStorage.getItem(this.#draftName) ?? this.#latest?.note ?? "";
    this.#offerNote();
    bindKeys({
      ...Object.fromEntries(Object.entries(DECISIONS).map(([decision, { key }]) => [key, () => this.decide(decision)])),
      n: () => this.note.focus(),
    });
  }

  /** Record a decision with the note as it stands. */
  decide(decision) {
    this.#send(decision);
    this.root.dispatchEvent(new CustomEvent("decided", { bubbles: true }));
  }

  /** Stop following the decisions; the panel is not used again. */
  close() {
    this.#state.close();
  }

  get #draftName() {
    return DRAFT_KEPT_AS + this.#check.check_id;
  }

  get #latest() {
    return this.#state.decisions.at(-1) ?? null;
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
    this.state = element("p", { class: "review-state", "aria-live": "polite" });
    this.tryAgain = element("button", { type: "button", click: sendNow }, "Try again");
    this.withdraw = element("button", { type: "button", class: "quiet", click: () => withdrawDecision(this.#check, this.#latest) }, "Withdraw decision");
    this.note = element("textarea", { id: "review-note", maxlength: 4000, rows: 2, "aria-keyshortcuts": "n" });
    this.note.addEventListener("input", () => {
      sessionStorage.setItem(this.#draftName, this.note.value);
      this.#offerNote();
    });
    this.note.addEventListener("keydown", (event) => event.key === "Escape" && this.note.blur());
    this.saveNote = element("button", { type: "button", click: () => this.#send(this.#latest.decision) }, "Save note");
    this.root = element(
      "section",
      { class: "review", "aria-labelledby": "review-title" },
      element("h2", { id: "review-title" }, "Your decision"),
      element("div", { class: "decisions", role: "group", "aria-labelledby": "review-title" }, this.buttons),
      element("div", { class: "review-line" }, this.state, this.tryAgain, this.withdraw),
      element(
        "div",
        { class: "field" },
        element(
          "label",
          { for: "review-note" },
          "Note ",
          element("span", { class: "optional" }, "optional"),
          element("kbd", { "aria-hidden": "true" }, "n"),
        ),
        this.note,
      ),
      element("div", { class: "note-actions" }, this.saveNote),
    );
  }

  #send(decision) {
    decide(this.#check, decision, this.note.value.trim());
    sessionStorage.removeItem(this.#draftName);
  }

  #show() {
    const { decisions, status } = this.#state;
    const latest = this.#latest;
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.decision === latest?.decision));
    }
    const [words, was] = wordsOf(decisions, status);
    const text = `${words}${was}`;
    if (this.state.textContent !== text) this.state.replaceChildren(words, element("span", { class: "was" }, was));
    this.tryAgain.hidden = status !== "unsent";
    this.withdraw.hidden = !latest || status !== "saved";
    this.#offerNote();
  }

  #offerNote() {
    this.saveNote.hidden = !this.#latest || this.note.value.trim() === this.#latest.note;
  }
}

/** "Saved: Counterfeit, 3 Mar, 14:05." and the earlier decision where it changed. */
function wordsOf(decisions, status) {
  const latest = decisions.at(-1);
  if (status !== "saved") {
    const what = latest ? DECISIONS[latest.decision].title : "not decided";
    return status === "unsent" ? [`Not saved yet: ${what}.`, ""] : [`Saving: ${what}…`, ""];
  }
  if (!latest) return ["", "Not decided yet. Your decision becomes a label for training."];
  const before = decisions.findLast(({ decision }) => decision !== latest.decision);
  return [
    `Saved: ${DECISIONS[latest.decision].title}, ${moment(latest.created_at)}.`,
    before ? ` Changed from ${DECISIONS[before.decision].title.toLowerCase()}.` : "",
  ];
}
