/** What is known of the seller that is selected in the picture. */

import { CheckPicture } from "../pictures/check_picture.js";
import { element } from "../shared/element.js";
import { moment, percent, shownName } from "../shared/formatting.js";
import { DECISIONS, OUTCOMES } from "../shared/wording.js";
import { money } from "../cases/case_words.js";
import { outcomeCounts, sellerName } from "./cluster_words.js";

const SHOWN = 12;

/** The elements of the panel. */
export function panelOf(cluster, seller) {
  const listings = cluster.listing_nodes.filter(({ seller_key: key }) => key === seller.seller_key);
  const more = listings.length - SHOWN;
  return [
    element("h2", {}, sellerName(seller)),
    element(
      "p",
      { class: "row-soft" },
      [outcomeCounts(seller.outcomes), seller.confirmed_counterfeit ? `${seller.confirmed_counterfeit} confirmed counterfeit` : null, ...seller.values.map(money)].filter(Boolean).join("; "),
    ),
    element("p", { class: "row-soft" }, `Checked from ${moment(seller.first_check_at)} to ${moment(seller.last_check_at)}`),
    element("ol", { class: "panel-listings" }, listings.slice(0, SHOWN).map(listingOf)),
    more > 0 ? element("p", { class: "row-soft" }, `And ${more} more; the report has all of them.`) : "",
  ];
}

function listingOf({ check_id: id, listing_id: listing, outcome, authenticity, decision, amount, currency }) {
  const verdict = decision ? `Decided: ${DECISIONS[decision].title.toLowerCase()}` : [OUTCOMES[outcome].title, authenticity === null ? null : percent(authenticity)].filter(Boolean).join(", ");
  return element(
    "li",
    { class: `tone-${outcome}` },
    element(
      "a",
      { href: `/checks/${encodeURIComponent(id)}` },
      new CheckPicture(id, 0).root,
      element("span", { class: "row-cell" }, element("span", {}, shownName(listing ?? "No listing id")), element("span", { class: "row-soft" }, verdict), amount === null || currency === null ? null : element("span", { class: "row-soft" }, money({ amount, currency }))),
    ),
  );
}
