/** Which photo of an answer is opened first. */

/**
 * The index of the photo that a reason names; else, of the photos with a verdict, the one most like the outcome, and for
 * a review the one most like a counterfeit, since a counterfeit often shows in one photo only.
 */
export function photoToOpen({ outcome, photos, reasons }) {
  const ofQuality = ({ code, photo }) => photos[photo].quality.includes(code);
  const named = reasons.find((reason) => reason.photo !== null && (outcome === "insufficient" || !ofQuality(reason)));
  if (named) return named.photo;
  if (outcome === "unsupported") return indexOf(photos, (photo) => photo.outcome === outcome);
  const judged = photos.filter(({ authenticity }) => authenticity !== null);
  if (!judged.length) return indexOf(photos, ({ error }) => !error);
  const sign = outcome === "genuine" ? -1 : 1;
  return judged.reduce((best, photo) => (sign * photo.authenticity < sign * best.authenticity ? photo : best)).index;
}

function indexOf(photos, matches) {
  return Math.max(0, photos.findIndex(matches));
}
