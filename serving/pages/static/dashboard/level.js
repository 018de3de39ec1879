/** The service level in words: the share decided in time with its interval, beside the benchmark. */

import { element } from "../shared/element.js";
import { counted, sentence, share } from "../shared/formatting.js";

/** The headline of the dashboard. */
export function levelOf({ total, benchmark, hours }) {
  if (total.share === null) {
    return element("p", { class: "level-none" }, total.cases ? `${counted(total.cases, "case")}, none of which is decided or due yet.` : "No case was received in this time.");
  }
  return element(
    "div",
    { class: "level" },
    element("p", { class: "level-share" }, share(total.share)),
    element("p", { class: "level-words" }, `decided within ${hours} business hours, ${interval(total)}. ${benchmarkWords(total, benchmark)}`),
    element(
      "dl",
      { class: "level-counts" },
      [["Received", total.cases], ["In time", total.in_time], ["Late", total.late], ["Overdue now", total.overdue], ["Waiting", total.pending], ["Withdrawn", total.withdrawn]].map(([name, count]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, count.toLocaleString("en-GB"))),
      ),
    ),
  );
}

/** The interval of a share in words. */
export function interval({ low, high }) {
  return `95 % interval ${share(low)} to ${share(high)}`;
}

function benchmarkWords({ meets_benchmark: meets }, benchmark) {
  const named = `the benchmark of ${share(benchmark)}`;
  if (meets === null) return `${sentence(named)} lies in the interval, so these cases can’t tell whether it is reached.`;
  return meets ? `That reaches ${named}.` : `That falls short of ${named}.`;
}
