/** One check as a row of the list. */

import { recordReview } from "../check/review_panel.js";
import { CheckPicture } from "../shared/check_picture.js";
import { element, icon } from "../shared/element.js";
import { counted, moment, percent, productName } from "../shared/formatting.js";
import { DECISIONS, OUTCOMES } from "../shared/wording.js";

export class CheckRow {
  #picture;

  constructor(check) {
    this.check = check;
    this.name = check.listing_id ?? "No listing id";
    this.review = element("span", { class: "row-review" });
    this.#picture = new CheckPicture(check.check_id, check.photos.find(({ error }) => !error)?.index ?? null);
    this.link = element(
      "a",
      { href: `/checks/${encodeURIComponent(check.check_id)}` },
      this.#picture.root,
      element("span", { class: "row-outcome" }, icon(check.outcome), element("span", {}, OUTCOMES[check.outcome].title, number(check))),
      element(
        "span",
        { class: "row-cell" },
        element("span", { class: check.listing_id ? "row-listing" : "row-listing unnamed" }, this.name),
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
    this.#showDecision(check.reviews.at(-1) ?? null);
  }

  /** Record a decision without a note and show it. */
  async decide(decision) {
    this.#showDecision(await recordReview(this.check.check_id, decision, ""));
  }

  /** Release the picture; the row is not used again. */
  close() {
    this.#picture.close();
  }

  #showDecision(review) {
    if (!review) return this.review.replaceChildren("Not decided");
    const { title, tone } = DECISIONS[review.decision];
    this.review.className = `row-review decided tone-${tone}`;
    this.review.replaceChildren(icon(tone), `Decided: ${title.toLowerCase()}`);
  }
}

function number({ authenticity }) {
  return authenticity === null ? null : element("span", { class: "row-number" }, ` ${percent(authenticity)}`);
}
