/** The figures of a quarter: shares as lines, counts as tables with bars, and by which rule counts are hidden. */

import { element } from "../shared/element.js";
import { countTable } from "./count_table.js";
import { OTHERS } from "./report_words.js";
import { shareList } from "./share_line.js";

/** The sections of a report. */
export function reportBody({ figures }) {
  return [
    element("p", { class: "report-rule" }, element("strong", {}, "Why some figures are hidden. "), "No seller and no member is named here, and no small number lets anyone be recognised. ", figures.rule, " “Hidden” never means zero: zeros are shown."),
    element("section", { "aria-labelledby": "shares-title" }, element("h2", { id: "shares-title" }, "Shares"), shareList(figures)),
    element("section", { "aria-labelledby": "others-title" }, element("h2", { id: "others-title" }, "In brief"), element("dl", { class: "report-others" }, Object.entries(OTHERS).map(([key, words]) => otherOf(words, figures[key])))),
    element("section", { "aria-labelledby": "counts-title" }, element("h2", { id: "counts-title" }, "Counts"), element("div", { class: "figures" }, figures.tables.map(countTable))),
  ];
}

/** How many counts, shares and estimates of a report are hidden. */
export function hiddenFigures({ tables, shares, estimates }) {
  return [...tables.flatMap(({ total, cells }) => [total, ...cells]), ...shares, ...estimates].filter(({ hidden }) => hidden).length;
}

function otherOf(words, value) {
  const shown = value === null ? element("span", { class: "hidden-count" }, "hidden or none") : value.toLocaleString("en-GB");
  return element("div", {}, element("dt", {}, words), element("dd", {}, shown));
}
