/** The sellers of a cluster by their whole names, each a button that selects it in the picture. */

import { element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { lookCounterfeit, sellerName } from "./cluster_words.js";

/** The list, closed; `onSelect(seller_key)` is called with the seller that is chosen. */
export function sellerList({ seller_nodes: sellers }, onSelect) {
  const rows = sellers.map((seller) =>
    element(
      "li",
      {},
      element(
        "button",
        { type: "button", click: () => onSelect(seller.seller_key) },
        element("span", {}, sellerName(seller)),
        element("span", { class: "row-soft" }, `${counted(seller.listings, "listing")}, ${lookCounterfeit(seller)}`),
      ),
    ),
  );
  return element("details", { class: "seller-list" }, element("summary", { class: "opens" }, `The ${counted(sellers.length, "seller")} by name`), element("ol", {}, rows));
}
