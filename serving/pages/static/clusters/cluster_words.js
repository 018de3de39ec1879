/** The words of investigations, for people: kinds and strengths of links, sizes and values. */

import { money } from "../cases/case_words.js";
import { counted, shownName } from "../shared/formatting.js";

export const KINDS = {
  photo: "the same photo",
  plain_photo: "the same photo on a plain ground",
  background: "the same surroundings",
  contact: "the same contact",
  address: "the same address or link",
  text: "the same text",
  attribute: "the same attribute",
  place: "evidence at the same unusual place",
};

export const STRENGTHS = { weak: "weak", joins: "fair", strong: "strong", very_strong: "very strong" };

/** What a seller is called: its id, or that the marketplace sent none. */
export function sellerName({ seller_id: id, seller_key: key }) {
  return id === null ? `No seller id (${key.slice(0, 6)})` : `Seller ${shownName(id)}`;
}

/** "12 sellers, 40 listings, 1,200 EUR". */
export function sizeWords({ sellers, listings, values }) {
  return [counted(sellers, "seller"), counted(listings, "listing"), ...values.map(money)].join(", ");
}

/** Outcomes with their numbers, in words. */
export function outcomeCounts(outcomes) {
  return Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}
