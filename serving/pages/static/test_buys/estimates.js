/** Precision, recall and prevalence by quarter: a picture with intervals, the same as a table, and what they assume. */

import { element } from "../shared/element.js";
import { share } from "../shared/formatting.js";
import { periodWords } from "./buy_words.js";
import { wideTable } from "./wide_table.js";

const SHOWN = 8; // rows of the picture; the table has all
const FEW = 30;
const FIGURES = {
  precision: { title: "Precision", meaning: "Of the listings that the verdicts call counterfeit: how many are." },
  recall: { title: "Recall", meaning: "Of all counterfeits that were checked: how many the verdicts call so." },
  prevalence: { title: "Prevalence", meaning: "Of all listings that were checked: how many are counterfeit." },
};
const ASSUMED = [
  "The figures are about the listings that were checked in the periods and at the prices of the plans, and about no others.",
  "A purchase counts for all the listings that it was drawn from: one of 50 counts for 50. So the estimate is right on average, whatever the verdicts are worth. Chosen purchases count for themselves alone.",
  "A purchase without an outcome is taken to be like the examined ones of its group. That may be wrong: who sells counterfeits may rather not deliver. The thin line shows how far the estimate moves at worst.",
  "The interval is made to hold the truth in 95 of 100 quarters. It assumes that counterfeits are more frequent where verdicts are more suspicious, by a relation that it learns from the findings.",
  "Sellers are taken to send a test buyer what they send to anybody.",
];

/** What the estimates show; without any, what to do. */
export function estimatesOf(estimates) {
  if (!estimates.length) return [element("p", { class: "buy-none" }, "No estimate yet. It needs an accepted plan, and is about all products or about one.")];
  const shown = estimates.slice(0, SHOWN);
  return [
    element("div", { class: "figures" }, Object.keys(FIGURES).map((name) => figureOf(name, shown))),
    element(
      "p",
      { class: "row-soft" },
      "Point: the estimate. Bar: its 95 % interval. Thin line: the estimate at worst, while outcomes are missing.",
      estimates.length > SHOWN ? ` The newest ${SHOWN} of ${estimates.length} are drawn; the table has all.` : "",
    ),
    element("details", { class: "buy-details" }, element("summary", { class: "opens" }, "The same as a table"), tableOf(estimates)),
    element("details", { class: "buy-details" }, element("summary", { class: "opens" }, "What these figures assume"), element("ul", { class: "assumed" }, ASSUMED.map((words) => element("li", {}, words)))),
  ];
}

function figureOf(name, estimates) {
  const { title, meaning } = FIGURES[name];
  return element(
    "section",
    { class: "figure", "aria-label": title },
    element("h3", {}, title),
    element("p", { class: "row-soft" }, meaning),
    element("ol", {}, estimates.map((estimate) => element("li", {}, rowOf(estimate, estimate[name])))),
  );
}

function rowOf(estimate, found) {
  return [
    element("p", { class: "figure-words" }, element("span", {}, periodWords(estimate)), element("strong", {}, found.share === null ? "not known yet" : share(found.share))),
    trackOf(found),
    element("p", { class: "row-soft" }, `${intervalWords(found)}; ${examinedWords(estimate)}`),
  ];
}

/** The picture of one figure; its words are beside it, so screen readers pass over it. */
function trackOf({ share: estimate, low, high, lowest, highest }) {
  const bar = (kind, from, to) => {
    const drawn = element("span", { class: `track-${kind}` });
    drawn.style.left = `${100 * from}%`;
    drawn.style.width = `${100 * (to - from)}%`;
    return drawn;
  };
  return element(
    "div",
    { class: "track", "aria-hidden": "true" },
    bar("interval", low, high),
    lowest === null || highest === null ? null : bar("worst", lowest, highest),
    estimate === null ? null : bar("point", estimate, estimate),
  );
}

function intervalWords({ low, high }) {
  return `95 % interval ${share(low)} to ${share(high)}`;
}

function examinedWords({ examined, missing, waiting }) {
  const rest = [missing ? `${missing} without an outcome` : "", waiting ? `${waiting} still waiting` : ""].filter(Boolean);
  const few = examined < FEW ? ". So few: read the interval, not the point" : "";
  return [`${examined.toLocaleString("en-GB")} examined`, ...rest].join(", ") + few;
}

function tableOf(estimates) {
  const head = ["Quarter and product", "Figure", "Estimate", "95 % interval", "At worst", "Listings", "Bought", "Examined", "No outcome", "Waiting"];
  const rows = estimates.flatMap((estimate) =>
    Object.entries(FIGURES).map(([name, { title }]) => {
      const found = estimate[name];
      const cells = [
        title,
        found.share === null ? "–" : share(found.share),
        `${share(found.low)} to ${share(found.high)}`,
        found.lowest === null || found.highest === null ? "–" : `${share(found.lowest)} to ${share(found.highest)}`,
        ...[estimate.listings, estimate.purchases, estimate.examined, estimate.missing, estimate.waiting].map((count) => count.toLocaleString("en-GB")),
      ];
      return element("tr", {}, element("th", { scope: "row" }, periodWords(estimate)), cells.map((words) => element("td", {}, words)));
    }),
  );
  return wideTable("Estimates by quarter", head, rows);
}
