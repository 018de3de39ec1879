/** One test buy as a row of the list. */

import { element } from "../shared/element.js";
import { moment, productName, shownName } from "../shared/formatting.js";
import { amountWords, selectionWords, STATES, verdictWords } from "./buy_words.js";

/** The row, and the link in it. */
export function buyRow(buy) {
  const { title, tone } = STATES[buy.state];
  const named = [buy.listing_id && `listing ${buy.listing_id}`, buy.seller_id && `seller ${buy.seller_id}`].filter(Boolean).join(", ") || "no listing id";
  const paid = buy.cost === null ? `${amountWords(buy.expected_cost, buy.currency)} expected` : `${amountWords(buy.cost, buy.currency)} paid`;
  const link = element(
    "a",
    { href: `/test-buys/${encodeURIComponent(buy.buy_id)}` },
    element("span", { class: "row-cell" }, element("span", { class: "row-listing", dir: "auto" }, productName(buy.product)), element("span", { class: "row-soft", dir: "auto" }, shownName(named))),
    element("span", { class: "row-cell" }, element("span", { class: `pill tone-${tone}` }, title), element("span", { class: "row-soft" }, element("time", { datetime: buy.moved_at, title: buy.moved_at }, moment(buy.moved_at)))),
    element("span", { class: "row-cell" }, element("span", {}, selectionWords(buy)), element("span", { class: "row-soft" }, `Verdict: ${verdictWords(buy)}`)),
    element("span", { class: "row-cell buy-cost" }, paid),
  );
  return { link, root: element("li", { class: "row buy-row" }, link) };
}
