/** A share on a line from 0 to 100 %: a point, its 95 % interval, and both in words. */

import { element } from "../shared/element.js";
import { share as percent } from "../shared/formatting.js";
import { SHARES } from "./report_words.js";

const FEW = 30; // below, an interval is so wide that the page points it out

/** The list of shares and estimates. */
export function shareList({ shares, estimates }) {
  const all = [...shares, ...estimates.map(({ value, ...rest }) => ({ ...rest, share: value, isEstimate: true }))];
  return element("ul", { class: "share-list" }, all.map((one) => element("li", {}, element("h3", {}, SHARES[one.key] ?? one.key), ...shareLine(one))));
}

/** The words and the line of one share; there is no line where there is no figure. */
export function shareLine(one) {
  if (one.hidden) return [element("p", { class: "share-none" }, element("span", { class: "hidden-count" }, "hidden"), ": it rests on too few, or a hidden count could be computed from it.")];
  if (one.share === null) return [element("p", { class: "share-none" }, noFigure(one))];
  const [point, interval] = [element("div", { class: "share-point" }), element("div", { class: "share-interval" })];
  point.style.left = `${100 * one.share}%`;
  interval.style.left = `${100 * one.low}%`;
  interval.style.width = `${100 * (one.high - one.low)}%`;
  return [
    element("p", { class: "share-words" }, element("strong", {}, percent(one.share)), ` 95 % interval ${percent(one.low)} to ${percent(one.high)}, of ${one.n.toLocaleString("en-GB")}${one.n < FEW ? ": few, so little is certain" : ""}`),
    element("div", { class: "share-line", "aria-hidden": "true" }, interval, point),
  ];
}

function noFigure({ n, isEstimate }) {
  if (isEstimate) return n ? `No figure: ${n.toLocaleString("en-GB")} test buys were examined, and none of them counts here.` : "No figure: no test buy was examined.";
  return "No figure: there is nothing to count.";
}
