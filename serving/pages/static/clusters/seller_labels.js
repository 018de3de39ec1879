/** The names in the picture of a cluster: as many as stand clear of each other and of the circles, at one size however it is zoomed. */

import { shape } from "../shared/element.js";
import { labelsOf } from "./cluster_words.js";

const FONT_PX = 13;
const LINE_PX = 17;
const ASCENT = 0.76; // of a line
const GAP_PX = 2; // between a circle and its name

export class SellerLabels {
  root = shape("g", { class: "seller-names", "aria-hidden": "true" }); // the circles are called by the whole names
  #labels;

  /** What all names begin with and the picture leaves out; "" where it leaves out nothing. */
  leftOut;

  /** `nodes` are `{ seller, x, y, radius }` in the drawing's units; the first of them get their names first. */
  constructor(nodes) {
    const { leftOut, names } = labelsOf(nodes.map(({ seller }) => seller));
    this.leftOut = leftOut;
    this.#labels = nodes.map((node, index) => ({ node, name: names[index], text: shape("text", { class: "seller-name", "text-anchor": "middle" }, names[index]) }));
    this.root.append(...this.#labels.map(({ text }) => text));
  }

  /** Place the names for what is in view of a drawing of this width. Those of `always` are shown even where they cover something. */
  place({ x: left, y: top, side }, widthPx, always) {
    const scale = widthPx / side; // pixels a unit
    const circles = new Map(this.#labels.map(({ node }) => [node, { x: (node.x - left) * scale, y: (node.y - top) * scale, radius: node.radius * scale }]));
    const taken = [...circles.values()].map((circle) => boxOf(circle.x, circle.y, 2 * circle.radius, 2 * circle.radius));
    const isForced = ({ node }) => always.includes(node);
    const textWidth = measure(this.root);
    this.root.setAttribute("font-size", FONT_PX / scale);
    for (const { node, name, text } of [...this.#labels.filter(isForced), ...this.#labels.filter((label) => !isForced(label))]) {
      const box = roomFor(circles.get(node), textWidth(name), { taken, widthPx, isForced: always.includes(node) });
      text.setAttribute("visibility", box ? "visible" : "hidden");
      if (!box) continue;
      taken.push(box);
      text.setAttribute("x", left + (box.left + box.right) / 2 / scale);
      text.setAttribute("y", top + (box.top + LINE_PX * ASCENT) / scale);
    }
  }
}

/** Where a name stands: the first place around its circle that covers nothing, null where there is none. */
function roomFor({ x, y, radius }, width, { taken, widthPx, isForced }) {
  if (Math.min(x, y) < 0 || Math.max(x, y) > widthPx) return null;
  const [beside, below] = [radius + GAP_PX + width / 2, radius + GAP_PX / 2 + LINE_PX / 2];
  const aslant = 0.7 * radius;
  const shifts = [[0, below], [0, -below], [beside, 0], [-beside, 0], [beside - radius + aslant, aslant + LINE_PX / 2], [radius - aslant - beside, aslant + LINE_PX / 2], [beside - radius + aslant, -aslant - LINE_PX / 2], [radius - aslant - beside, -aslant - LINE_PX / 2]];
  const boxes = shifts.map(([right, down]) => boxOf(x + right, y + down, width, LINE_PX)).filter((box) => Math.min(box.left, box.top) >= 0 && Math.max(box.right, box.bottom) <= widthPx);
  const covered = (box) => taken.filter((other) => overlap(box, other)).length;
  const free = boxes.find((box) => !covered(box));
  if (free || !isForced) return free ?? null;
  if (boxes.length) return boxes.sort((one, other) => covered(one) - covered(other))[0];
  return boxOf(Math.min(Math.max(x, width / 2), widthPx - width / 2), Math.min(y + below, widthPx - LINE_PX / 2), width, LINE_PX);
}

function boxOf(x, y, width, height) {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** What measures the width of a text in pixels, as `root` would show it. */
function measure(root) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${FONT_PX}px ${getComputedStyle(root).fontFamily}`;
  return (text) => pen.measureText(text).width + 2 * GAP_PX;
}
