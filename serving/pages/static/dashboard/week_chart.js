/** The share decided in time, week by week, each with its interval; the same figures follow as a table. */

import { element, shape } from "../shared/element.js";
import { share } from "../shared/formatting.js";
import { groupTable } from "./group_table.js";

const HEIGHT = 160;
const WEEK = 22;
const EDGE = 46; // for the scale's words

/** The chart and its table, or nothing where there is no week. */
export function weekChart({ by_week: weeks, benchmark }) {
  const shown = weeks.filter((week) => week.share !== null);
  if (!shown.length) return [];
  const width = EDGE + shown.length * WEEK;
  const y = (value) => 8 + (1 - value) * (HEIGHT - 16);
  const drawing = shape(
    "svg",
    { class: "week-chart", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": words(shown, benchmark) },
    ...[0, 0.5, 1].flatMap((value) => [
      shape("line", { class: "week-grid", x1: EDGE, x2: width, y1: y(value), y2: y(value) }),
      shape("text", { class: "week-scale", x: EDGE - 6, y: y(value) + 4, "text-anchor": "end" }, `${value * 100} %`),
    ]),
    shape("line", { class: "week-benchmark", x1: EDGE, x2: width, y1: y(benchmark), y2: y(benchmark) }),
    ...shown.flatMap((week, index) => {
      const x = EDGE + index * WEEK + WEEK / 2;
      return [
        shape("line", { class: "week-interval", x1: x, x2: x, y1: y(week.high), y2: y(week.low) }),
        shape("circle", { class: "week-point", cx: x, cy: y(week.share), r: 4 }, shape("title", {}, `Week of ${week.value}: ${share(week.share)}`)),
      ];
    }),
  );
  const key = element("p", { class: "row-soft" }, `Points: the share of a week’s cases decided in time; bars: 95 % intervals; dashed: the benchmark of ${share(benchmark)}.`);
  const table = groupTable("Week by week", [...weeks].reverse(), { nameOf: ({ value }) => `Week of ${value}` });
  return [element("h2", {}, "Week by week"), element("div", { class: "week-scroll", tabindex: "0", role: "region", "aria-label": "Chart of the weeks" }, drawing), key, element("details", { class: "week-table" }, element("summary", {}, "The same as a table"), table)];
}

function words(weeks, benchmark) {
  const below = weeks.filter(({ meets_benchmark: meets }) => meets === false).length;
  const [first, last] = [weeks[0], weeks.at(-1)];
  return `${weeks.length} weeks, from ${share(first.share)} in the week of ${first.value} to ${share(last.share)} in that of ${last.value}; ${below} surely below the benchmark of ${share(benchmark)}`;
}
