/** A drawing of one measure: for each bin the share of validation and of the latest window, side by side. */

import { shape } from "../shared/element.js";
import { measureName } from "../shared/wording.js";

const WIDTH = 260;
const HEIGHT = 48;

/** An SVG of the two distributions, with the most different bin as its description for screen readers. */
export function shareChart({ measure, validation_shares: before, window_shares: now }) {
  const max = Math.max(...before, ...now);
  const bin = WIDTH / before.length;
  const bars = before.flatMap((share, index) => [
    bar("bar-validation", index * bin + 1, bin / 2 - 1, share / max),
    bar("bar-window", index * bin + bin / 2, bin / 2 - 1, now[index] / max),
  ]);
  return shape(
    "svg",
    { class: "drift-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words(measure, before, now) },
    ...bars,
    shape("line", { class: "bar-ground", x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }),
  );
}

function bar(kind, x, width, share) {
  const height = Math.max(0.5, share * (HEIGHT - 2));
  return shape("rect", { class: kind, x, y: HEIGHT - 1 - height, width, height });
}

function words(measure, before, now) {
  const apart = now.map((share, index) => Math.abs(share - before[index]));
  const index = apart.indexOf(Math.max(...apart));
  const percent = (share) => `${Math.round(share * 100)} %`;
  return `${measureName(measure)}: most different in bin ${index + 1} of ${before.length}, ${percent(before[index])} in validation and ${percent(now[index])} now`;
}
