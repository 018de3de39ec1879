/** The share decided in time, week by week, each with its interval; the same figures follow as a table. */

import { element, shape } from "../shared/element.js";
import { counted, share } from "../shared/formatting.js";
import { groupTable } from "./group_table.js";

const HEIGHT = 160;
const WEEK = 21; // so that 53 have room on a desktop
const MARKS = [0, 0.5, 1];
const EDGE = 46; // for the scale's words
const MONTHS = 18; // height of the names of months

/** The chart and its table, or nothing where there is no week. */
export function weekChart({ by_week: weeks, benchmark }) {
  const shown = weeks.filter((week) => week.share !== null);
  if (!shown.length) return [];
  const width = shown.length * WEEK + EDGE / 2; // half of it, so that the last month's name has room
  const y = (value) => 8 + (1 - value) * (HEIGHT - 16);
  const drawing = shape(
    "svg",
    { class: "week-chart", viewBox: `0 0 ${width} ${HEIGHT + MONTHS}`, width, height: HEIGHT + MONTHS, role: "img", "aria-label": words(shown, benchmark) },
    ...MARKS.map((value) => shape("line", { class: "week-grid", x1: 0, x2: width, y1: y(value), y2: y(value) })),
    shape("line", { class: "week-benchmark", x1: 0, x2: width, y1: y(benchmark), y2: y(benchmark) }),
    ...shown.flatMap((week, index) => {
      const x = index * WEEK + WEEK / 2;
      return [
        shape("line", { class: "week-interval", x1: x, x2: x, y1: y(week.high), y2: y(week.low) }),
        startsMonth(shown, index) ? shape("text", { class: "week-scale", x, y: HEIGHT + 12, "text-anchor": index ? "middle" : "start" }, monthName(week.value, index === 0)) : null,
        shape("circle", { class: "week-point", cx: x, cy: y(week.share), r: 4 }, shape("title", {}, `Week of ${week.value}: ${share(week.share)}`)),
      ];
    }),
  );
  const key = element("p", { class: "row-soft" }, `Points: the share of a week’s cases decided in time; bars: 95 % intervals; dashed: the benchmark of ${share(benchmark)}.`);
  const table = groupTable("Week by week", [...weeks].reverse(), { nameOf: ({ value }) => `Week of ${value}` });
  const scale = shape("svg", { class: "week-chart", width: EDGE, height: HEIGHT + MONTHS, "aria-hidden": "true" }, MARKS.map((value) => shape("text", { class: "week-scale", x: EDGE - 6, y: y(value) + 4, "text-anchor": "end" }, `${value * 100} %`)));
  const scroll = element("div", { class: "week-scroll", tabindex: "0", role: "region", "aria-label": "Chart of the weeks" }, drawing);
  requestAnimationFrame(() => (scroll.scrollLeft = scroll.scrollWidth)); // the latest weeks come first where not all have room
  return [element("h2", {}, "Week by week"), element("div", { class: "week-figure" }, scale, scroll), key, element("details", { class: "week-table" }, element("summary", { class: "opens" }, "The same as a table"), table)];
}

/** Whether a week is the first that is shown of its month, with room for a name since the one before. */
function startsMonth(weeks, index) {
  const month = (week) => week.value.slice(0, 7);
  return index === 0 || (month(weeks[index]) !== month(weeks[index - 1]) && index > 1);
}

/** "Mar", and with the year where that is new. */
function monthName(day, isFirst) {
  const isNewYear = isFirst || day.slice(5, 7) === "01";
  return new Date(day).toLocaleDateString("en-GB", { month: "short", timeZone: "UTC", ...(isNewYear ? { year: "numeric" } : {}) });
}

function words(weeks, benchmark) {
  const below = weeks.filter(({ meets_benchmark: meets }) => meets === false).length;
  const [first, last] = [weeks[0], weeks.at(-1)];
  return `${counted(weeks.length, "week")}, from ${share(first.share)} in the week of ${first.value} to ${share(last.share)} in that of ${last.value}; ${below} surely below the benchmark of ${share(benchmark)}`;
}
