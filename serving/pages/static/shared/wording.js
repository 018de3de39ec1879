/** The words of an answer, for people: outcomes, decisions, and what the numbers mean. */

import { counted, shownName } from "./formatting.js";

export const OUTCOMES = {
  counterfeit: {
    title: "Looks counterfeit",
    meaning: "The photos look more like those of counterfeits than like those of genuine ones.",
  },
  genuine: {
    title: "Consistent with genuine",
    meaning: "The photos look like those of genuine ones, and enough was shown to say so.",
  },
  review: {
    title: "A person should look",
    meaning: "The photos don’t settle it either way. Look at the evidence and decide.",
  },
  insufficient: {
    title: "The photos don’t show enough",
    meaning: "A verdict from these photos would be a guess. Take the photos asked for below and check again.",
  },
  unsupported: {
    title: "Not a product that this bundle knows",
    meaning: "The photos show something that this bundle was not trained to judge. It waits in the review queue: decide if you know better, or choose can’t tell.",
  },
};

const LOOKS_NOVEL = {
  title: "Looks unlike genuine",
  meaning: "The photos look unlike those of genuine ones. This detector knows no counterfeits to compare them with.",
};

/** The title and the meaning of an outcome: a detector that knows genuine listings alone can’t say what a counterfeit looks like. */
export function outcomeWords({ outcome, authenticity_kind }) {
  return outcome === "counterfeit" && authenticity_kind === "conformal" ? LOOKS_NOVEL : OUTCOMES[outcome];
}

/** What the low end of authenticity means, as `outcomeWords`. */
export function lowEndWords({ authenticity_kind }) {
  return authenticity_kind === "conformal" ? "unlike genuine" : "counterfeit";
}

export const DECISIONS = {
  genuine: { title: "Genuine", key: "g", tone: "genuine" },
  counterfeit: { title: "Counterfeit", key: "c", tone: "counterfeit" },
  cant_tell: { title: "Can’t tell", key: "t", tone: "insufficient" },
};

/** What a check is called in a sentence. */
export function checkName({ listing_id }) {
  return listing_id ? `listing ${shownName(listing_id)}` : "a check without listing id";
}

/** The title of a check's page. */
export function pageTitle(answer) {
  return shownName([answer.listing_id, answer.seller_id, outcomeWords(answer).title, "Touchstone"].filter(Boolean).join(" · "));
}

/** How many photos could not be read, and on how many the outcome therefore rests; null where all could be. */
export function unreadWords({ outcome, photos }) {
  const unread = photos.filter(({ error }) => error).length;
  if (!unread) return null;
  const read = photos.length - unread;
  const rest = read === 1 ? "The other one doesn’t show enough." : `The other ${read} don’t show enough.`;
  const judged = outcome === "insufficient" ? rest : `Judged on ${counted(read, "photo")}.`;
  return `${unread} of ${photos.length} photos could not be read. ${judged}`;
}

/** The meaning of an authenticity, in one or two sentences. */
export function authenticityMeaning(answer) {
  if (answer.authenticity === null) return missingNumber(answer.outcome);
  if (answer.authenticity_kind === "conformal") {
    return `Of 100 genuine listings that were held out from training, ${ofHundred(answer.authenticity)} look at least this unusual. It is not a probability.`;
  }
  const share = Math.round(answer.counterfeit_share * 1000) / 10;
  return (
    `Of 100 listings with photos like these, ${ofHundred(answer.authenticity)} would be genuine. ` +
    `This was calibrated on listings held out from training, and assumes that ${share} % of all listings of this product are counterfeit.`
  );
}

function missingNumber(outcome) {
  if (outcome === "unsupported") return "No number: the bundle was not trained on what these photos show, so a probability would mean nothing.";
  return "No number: the photos don’t show enough for a reliable one.";
}

function ofHundred(probability) {
  const count = Math.round(probability * 100);
  if (count === 0) return "fewer than 1";
  return count === 100 ? "more than 99" : `about ${count}`;
}

/** A crop's contribution to the logit, in words. */
export function cropMeaning(contribution) {
  const size = Math.abs(contribution).toFixed(Math.abs(contribution) < 0.1 ? 2 : 1);
  return `speaks for ${contribution < 0 ? "counterfeit" : "genuine"}, ${size}`;
}

/** ", listing hd-7", or nothing where the listing isn't known. */
export function listingName(listing) {
  return listing ? `, listing ${listing}` : "";
}

const MEASURES = {
  authenticity: "Authenticity",
  novelty: "Novelty",
  bits_per_px: "Bits per pixel",
  sharpness: "Sharpness",
  shadow: "Darkest parts",
  brightness: "Brightness",
  highlight: "Brightest parts",
  product_share: "Share of the photo that the product fills",
  embedding_rest: "Embedding residual",
};

/** The name of a measure of drift. */
export function measureName(measure) {
  return MEASURES[measure] ?? measure.replace(/^embedding_/, "Embedding component ");
}

/** The customary reading of a population stability index. */
export function psiMeaning(psi) {
  return psi < 0.1 ? "little" : psi < 0.25 ? "some" : "much";
}
