/** One check as a row of the list. */

import { getPicture } from "./api.js";
import { element, icon } from "./element.js";
import { recordReview } from "./review_panel.js";
import { counted, DECISIONS, moment, OUTCOMES, percent, productName } from "./words.js";

const THUMB_SIDE_PX = 288; // 4.5rem on a screen of four pixels a point

const whenSeen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) target.dispatchEvent(new Event("seen"));
  },
  { rootMargin: "200px" },
);

export class CheckRow {
  #url = null;

  constructor(check) {
    this.check = check;
    this.name = check.listing_id ?? "No listing id";
    this.review = element("span", { class: "row-review" });
    this.thumb = element("span", { class: "row-thumb" });
    this.link = element(
      "a",
      { href: `/checks/${encodeURIComponent(check.check_id)}` },
      this.thumb,
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
    this.thumb.addEventListener("seen", () => this.#showThumb(), { once: true });
    whenSeen.observe(this.thumb);
  }

  /** Record a decision without a note and show it. */
  async decide(decision) {
    this.#showDecision(await recordReview(this.check.check_id, decision, ""));
  }

  /** Give back what the row holds; it is not used again. */
  close() {
    whenSeen.unobserve(this.thumb);
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  #showDecision(review) {
    if (!review) return this.review.replaceChildren("Not decided");
    const { title, tone } = DECISIONS[review.decision];
    this.review.className = `row-review decided tone-${tone}`;
    this.review.replaceChildren(icon(tone), `Decided: ${title.toLowerCase()}`);
  }

  async #showThumb() {
    whenSeen.unobserve(this.thumb);
    const readable = this.check.photos.find(({ error }) => !error);
    if (!readable) return;
    const photo = `/v1/checks/${encodeURIComponent(this.check.check_id)}/photos/${readable.index}`;
    try {
      this.#url = await getPicture(`${photo}?max_side_px=${THUMB_SIDE_PX}`);
      this.thumb.replaceChildren(element("img", { src: this.#url, alt: "", decoding: "async" }));
    } catch {
      this.thumb.replaceChildren("no photo");
    }
  }
}

function number({ authenticity }) {
  return authenticity === null ? null : element("span", { class: "row-number" }, ` ${percent(authenticity)}`);
}
