/** One check as a row of the list. */

import { DecisionState } from "../decisions/decision_state.js";
import { decide } from "../decisions/own_decisions.js";
import { CheckPicture } from "../pictures/check_picture.js";
import { element, icon } from "../shared/element.js";
import { counted, moment, percent, productName, shownName } from "../shared/formatting.js";
import { DECISIONS, outcomeWords } from "../shared/wording.js";

export class CheckRow {
  #picture;
  #state;

  constructor(check) {
    this.check = check;
    this.name = shownName(check.listing_id ?? "No listing id");
    this.review = element("span", { class: "row-review" });
    this.#picture = new CheckPicture(check.check_id, check.photos.find(({ error }) => !error)?.index ?? null);
    this.link = element(
      "a",
      { href: `/checks/${encodeURIComponent(check.check_id)}` },
      this.#picture.root,
      element("span", { class: "row-outcome" }, icon(check.outcome), element("span", {}, outcomeWords(check).title, number(check))),
      element(
        "span",
        { class: "row-cell" },
        element("span", { class: check.listing_id ? "row-listing" : "row-listing unnamed" }, this.name),
        element("span", { class: "row-soft" }, check.seller_id ? `Seller ${shownName(check.seller_id)}` : "No seller id"),
        element("span", { class: "row-soft" }, `${productName(check.product)}, ${counted(check.photos.length, "photo")}`),
      ),
      element(
        "span",
        { class: "row-cell row-soft" },
        element("time", { datetime: check.created_at }, moment(check.created_at)),
        this.review,
      ),
    );
    this.root = element("li", { class: `row tone-${check.outcome}` }, this.link);
    this.#state = new DecisionState(check, () => this.#showDecision());
    this.#showDecision();
  }

  /** Record a decision without a note. */
  decide(decision) {
    decide(this.check, decision, "");
  }

  /** Release the picture; the row is not used again. */
  close() {
    this.#picture.close();
    this.#state.close();
  }

  #showDecision() {
    const latest = this.#state.decisions.at(-1);
    const words = { saved: "Decided", saving: "Saving", unsent: "Not saved yet" }[this.#state.status];
    this.review.className = latest ? `row-review decided tone-${DECISIONS[latest.decision].tone}` : "row-review";
    if (!latest) return this.review.replaceChildren(words === "Decided" ? "Not decided" : `${words}: not decided`);
    const { title, tone } = DECISIONS[latest.decision];
    this.review.replaceChildren(icon(tone), `${words}: ${title.toLowerCase()}`);
  }
}

function number({ authenticity }) {
  return authenticity === null ? null : element("span", { class: "row-number" }, ` ${percent(authenticity)}`);
}
