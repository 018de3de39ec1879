/** A table of shares by group, each with its interval. */

import { countryName } from "../cases/case_words.js";
import { element } from "../shared/element.js";
import { share } from "../shared/formatting.js";

/** The table with its heading, or null where there is no group. */
export function groupTable(title, groups, { nameOf = ({ value }) => value, isCountry = false } = {}) {
  if (!groups.length) return null;
  const name = isCountry ? ({ value }) => countryName(value) : nameOf;
  return element(
    "section",
    { class: "group" },
    element("h2", {}, title),
    element(
      "div",
      { class: "group-scroll", tabindex: "0", role: "region", "aria-label": title },
      element(
        "table",
        { class: "group-table" },
        element("thead", {}, element("tr", {}, ["", "In time", "95 % interval", "Decided or due", "Late", "Overdue"].map((words) => element("th", { scope: "col" }, words || element("span", { class: "visually-hidden" }, "Group"))))),
        element("tbody", {}, groups.map((group) => rowOf(group, name(group)))),
      ),
    ),
  );
}

function rowOf(group, name) {
  const counted = group.in_time + group.late + group.overdue;
  const cells = [
    group.share === null ? "–" : share(group.share),
    group.share === null ? "–" : `${share(group.low)} to ${share(group.high)}`,
    ...[counted, group.late, group.overdue].map((count) => count.toLocaleString("en-GB")),
  ];
  return element("tr", {}, element("th", { scope: "row" }, name), cells.map((words) => element("td", {}, words)));
}
