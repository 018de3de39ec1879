/** A drawing of the authenticity: a streak on a touchstone, from counterfeit on the left to genuine on the right. */

import { element, shape } from "../shared/element.js";
import { percent } from "../shared/formatting.js";

const WIDTH = 400;
const INSET = 8;

/** A drawing of an authenticity of 0 to 1; a screen reader gets the number from the text above it. */
export function authenticityBar(authenticity) {
  const at = INSET + authenticity * (WIDTH - 2 * INSET);
  const bar = shape(
    "svg",
    { class: "touchstone-bar", viewBox: `0 0 ${WIDTH} 44`, role: "img", "aria-label": `${percent(authenticity)} on a scale from counterfeit to genuine` },
    shape("rect", { class: "bar-stone", x: 0, y: 10, width: WIDTH, height: 24, rx: 6 }),
    shape("line", { class: "bar-middle", x1: WIDTH / 2, x2: WIDTH / 2, y1: 14, y2: 30 }),
    shape("path", { class: "bar-streak", d: `M${at - 5} 40 L${at + 5} 4` }),
  );
  return element(
    "div",
    {},
    bar,
    element("p", { class: "bar-ends", "aria-hidden": "true" }, element("span", {}, "counterfeit"), element("span", {}, "genuine")),
  );
}
