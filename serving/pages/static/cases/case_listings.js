/** The listings of a case, each with the check that it rests on. */

import { element } from "../shared/element.js";
import { counted, moment, percent, shownName } from "../shared/formatting.js";
import { OUTCOMES } from "../shared/wording.js";
import { money } from "./case_words.js";

/** The section with all listings. */
export function listingsOf({ listings }) {
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "listings-title" },
    element("h2", { id: "listings-title" }, counted(listings.length, "listing")),
    element("ol", { class: "case-listings" }, listings.map(listingOf)),
  );
}

function listingOf(listing) {
  return element(
    "li",
    { class: "card" },
    element("h3", {}, shownName(listing.listing_id ?? listing.url ?? "No listing id")),
    element(
      "p",
      { class: "row-soft" },
      [
        listing.seller_id ? `Seller ${shownName(listing.seller_id)}` : "No seller id",
        listing.value && money(listing.value),
        listing.removed_at ? `taken down ${moment(listing.removed_at)}` : "not taken down",
      ].filter(Boolean).join(", "),
    ),
    checkOf(listing),
    listing.url && listing.listing_id ? element("p", { class: "row-soft" }, shownName(listing.url)) : null, // no link: it leads to whom the case is about
  );
}

function checkOf({ check_id: id, check_outcome: outcome, check_authenticity: authenticity, check_deleted: isDeleted }) {
  if (id === null) return null;
  const verdict = [OUTCOMES[outcome]?.title ?? outcome, authenticity === null ? null : percent(authenticity)].filter(Boolean).join(", ");
  if (isDeleted) return element("p", {}, `The check was deleted since. Its outcome: ${verdict}.`);
  return element("p", {}, element("a", { href: `/checks/${encodeURIComponent(id)}` }, "The check"), `: ${verdict}`);
}
