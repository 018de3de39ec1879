/** Tables with many columns. */

import { element } from "../shared/element.js";

/** A table that scrolls sideways where it is wider than the page. */
export function wideTable(name, head, rows) {
  return element(
    "div",
    { class: "group-scroll", tabindex: "0", role: "region", "aria-label": name },
    element(
      "table",
      { class: "group-table" },
      element("thead", {}, element("tr", {}, head.map((words) => element("th", { scope: "col" }, words)))),
      element("tbody", {}, rows),
    ),
  );
}
