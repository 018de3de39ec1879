/** A drawing of the authenticity: a streak on a touchstone, from counterfeit on the left to genuine on the right. */

import { element, shape } from "../shared/element.js";
import { percent, share } from "../shared/formatting.js";
import { lowEndWords } from "../shared/wording.js";

const WIDTH = 400;
const INSET = 8;
const [TOP, HEIGHT] = [10, 24];

/**
 * A drawing of an authenticity of 0 to 1, with the zones between the thresholds that decided, where they are known.
 * A screen reader gets the number from the text above it, and the zones from the list below.
 */
export function authenticityBar(answer) {
  const { authenticity, thresholds } = answer;
  const lowEnd = lowEndWords(answer);
  const at = placeOf(authenticity);
  const bar = shape(
    "svg",
    { class: "touchstone-bar", viewBox: `0 0 ${WIDTH} 44`, role: "img", "aria-label": `${percent(authenticity)} on a scale from ${lowEnd} to genuine` },
    patterns(),
    shape("rect", { class: "bar-stone", x: 0, y: TOP, width: WIDTH, height: HEIGHT, rx: 6 }),
    thresholds ? zoneShapes(thresholds) : middle(),
    shape("path", { class: "bar-streak-edge", d: `M${at - 5} 40 L${at + 5} 4` }),
    shape("path", { class: "bar-streak", d: `M${at - 5} 40 L${at + 5} 4` }),
  );
  return element("div", {}, bar, ends(lowEnd), thresholds ? zoneList(thresholds, lowEnd) : null);
}

function placeOf(authenticity) {
  return INSET + authenticity * (WIDTH - 2 * INSET);
}

function middle() {
  return shape("line", { class: "bar-middle", x1: WIDTH / 2, x2: WIDTH / 2, y1: TOP + 4, y2: TOP + HEIGHT - 4 });
}

/** Hatching and dots tell the outer zones apart without colour. */
function patterns() {
  const hatching = shape("path", { class: "bar-hatching", d: "M-1 7 L7 -1 M3 11 L11 3" });
  const dot = shape("circle", { class: "bar-dot", cx: 4, cy: 4, r: 1.5 });
  const box = { width: 8, height: 8, patternUnits: "userSpaceOnUse" };
  return shape("defs", {}, shape("pattern", { id: "zone-counterfeit", ...box }, hatching), shape("pattern", { id: "zone-genuine", ...box }, dot));
}

function zoneShapes({ counterfeit_below, genuine_above }) {
  const zone = (name, from, to) => shape("rect", { class: `bar-zone zone-${name}`, x: from, y: TOP, width: to - from, height: HEIGHT, fill: `url(#zone-${name})`, rx: 6 });
  const line = (at) => shape("line", { class: "bar-threshold", x1: at, x2: at, y1: TOP - 5, y2: TOP + HEIGHT + 5 });
  const [low, high] = [counterfeit_below, genuine_above].map((value) => (value === null ? null : placeOf(value)));
  return [
    low === null ? null : [zone("counterfeit", 0, low), line(low)],
    high === null ? null : [zone("genuine", high, WIDTH), line(high)],
  ].flat();
}

function ends(lowEnd) {
  return element("p", { class: "bar-ends", "aria-hidden": "true" }, element("span", {}, lowEnd), element("span", {}, "genuine"));
}

function zoneList({ counterfeit_below, genuine_above }, lowEnd) {
  const zones = [
    ["counterfeit", lowEnd, counterfeit_below === null ? "never given by this bundle" : `below ${share(counterfeit_below)}`],
    ["review", "review", between(counterfeit_below, genuine_above)],
    ["genuine", "genuine", genuine_above === null ? "never given by this bundle" : `above ${share(genuine_above)}`],
  ];
  const items = zones.map(([zone, name, where]) => element("li", {}, swatch(zone), element("span", {}, element("strong", {}, name), ` ${where}`)));
  return element("ul", { class: "zones", "aria-label": "What decides, at these thresholds" }, items);
}

function between(low, high) {
  if (low === null) return high === null ? "always" : `up to ${share(high)}`;
  return high === null ? `from ${share(low)}` : `${share(low)} to ${share(high)}`;
}

function swatch(zone) {
  const fill = zone === "review" ? null : shape("rect", { class: "bar-zone", width: 24, height: 16, rx: 3, fill: `url(#zone-${zone})` });
  return shape("svg", { class: "zone-swatch", viewBox: "0 0 24 16", "aria-hidden": "true" }, shape("rect", { class: "bar-stone", width: 24, height: 16, rx: 3 }), fill);
}
