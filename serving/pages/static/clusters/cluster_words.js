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

/** "2 look counterfeit": how many of a seller's listings do. */
export function lookCounterfeit({ outcomes }) {
  const count = outcomes.counterfeit ?? 0;
  return `${count} ${count === 1 ? "looks" : "look"} counterfeit`;
}

const LABEL_LENGTH = 20; // characters

/** The names of sellers as a picture has room for them: without the beginning that all share where they are long, and cut in the middle. */
export function labelsOf(sellers) {
  const names = sellers.map(({ seller_id: id, seller_key: key }) => [...(id === null ? `No id ${key.slice(0, 6)}` : shownName(id))]);
  const cut = names.some((name) => name.length > LABEL_LENGTH) ? sharedBeginning(names) : 0;
  return { leftOut: names[0].slice(0, cut).join(""), names: names.map((name) => shortened(cut ? ["…", ...name.slice(cut)] : name).join("")) };
}

/** How many characters all names begin with, up to and with a mark between words. */
function sharedBeginning(names) {
  const [first] = names;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length += 1;
  while (length > 0 && /[\p{L}\p{N}]/u.test(first[length - 1])) length -= 1;
  return length;
}

function shortened(name) {
  const half = LABEL_LENGTH / 2 - 1;
  return name.length > LABEL_LENGTH ? [...name.slice(0, half), "…", ...name.slice(-half)] : name;
}

/** "12 sellers, 40 listings, 1,200 EUR". */
export function sizeWords({ sellers, listings, values }) {
  return [counted(sellers, "seller"), counted(listings, "listing"), ...values.map(money)].join(", ");
}

/** Outcomes with their numbers, in words. */
export function outcomeCounts(outcomes) {
  return Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}
