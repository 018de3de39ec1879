/** A table of counts that add up, each with a bar; a hidden count says so, and its bar is hatched. */

import { element } from "../shared/element.js";
import { cellName, cellTone, TABLES } from "./report_words.js";

/** The section of one table. */
export function countTable({ key, total, cells }) {
  const largest = Math.max(1, ...cells.map(({ count }) => count ?? 0));
  return element(
    "section",
    { class: "figure" },
    element(
      "table",
      { class: "count-table" },
      element("caption", {}, TABLES[key] ?? key),
      element("thead", { class: "visually-hidden" }, element("tr", {}, ["What", "How many"].map((words) => element("th", { scope: "col" }, words)))),
      element(
        "tbody",
        {},
        cells.length ? inOrder(key, cells).map((cell) => rowOf(key, cell, largest)) : element("tr", {}, element("td", { colspan: "2", class: "row-soft" }, "None")),
      ),
      element("tfoot", {}, element("tr", {}, element("th", { scope: "row" }, "In all"), element("td", {}, countOf(total)))),
    ),
  );
}

/** The server sorts countries by their two letters; people read their names. */
function inOrder(table, cells) {
  if (table !== "requests_by_country") return cells;
  return [...cells].sort((one, other) => cellName(table, one.key).localeCompare(cellName(table, other.key), "en"));
}

/** A count in words; a hidden one is no zero. */
export function countOf({ count, hidden }) {
  if (hidden) return element("span", { class: "hidden-count" }, "hidden");
  return count === null ? "–" : count.toLocaleString("en-GB");
}

function rowOf(table, cell, largest) {
  const bar = element("div", { class: `count-bar tone-${cellTone(cell.key)}${cell.hidden ? " is-hidden" : ""}`, "aria-hidden": "true" });
  if (!cell.hidden) bar.style.width = `${(100 * (cell.count ?? 0)) / largest}%`;
  return element("tr", {}, element("th", { scope: "row" }, cellName(table, cell.key), bar), element("td", {}, countOf(cell)));
}
