/** The picture of a cluster: sellers, their listings and links, walked by arrow keys, zoomed and moved. */

import { element, shape } from "../shared/element.js";
import { counted, shownName } from "../shared/formatting.js";
import { lookCounterfeit, sellerName } from "./cluster_words.js";
import { SellerLabels } from "./seller_labels.js";

const SIDE = 1000; // of the drawing; places are 0 to 1
const ROOM = 60; // around it, so that no circle is cut
const ZOOM = 1.4;
const TARGET_PX = 12; // least radius of what can be pointed at
const WHOLE = { x: -ROOM, y: -ROOM, side: SIDE + 2 * ROOM };
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class ClusterPicture {
  #nodes = new Map(); // seller_key: {seller, drawing, target, x, y, radius}
  #edges = new Map(); // link_id: {link, line}
  #view = WHOLE;
  #selected = null;
  #pointed = null; // the node under the pointer
  #labels;
  #onSelect;

  /** `onSelect(seller)` is called with the seller that is selected. */
  constructor(cluster, onSelect) {
    this.#onSelect = onSelect;
    this.drawing = shape("svg", { class: "cluster-drawing", role: "group", "aria-label": `${counted(cluster.seller_nodes.length, "seller")}; arrow keys go from one to another` });
    this.#drawSellers(cluster.seller_nodes);
    this.#labels = new SellerLabels([...this.#nodes.values()]);
    this.drawing.append(...this.#links(cluster.links), ...this.#listings(cluster.listing_nodes), ...[...this.#nodes.values()].map(({ drawing }) => drawing), this.#labels.root);
    this.drawing.addEventListener("keydown", (event) => this.#walk(event));
    this.#wireDragging();
    this.root = element("div", { class: "cluster-picture" }, this.drawing, this.#zoomButtons(), keyOfTones(this.#labels.leftOut));
    new ResizeObserver(() => this.#show()).observe(this.drawing); // it has no size before it is in the page
  }

  /** Select a seller, by its key. */
  select(key) {
    this.#select(key);
  }

  /** Select the seller with most listings, without taking the focus. */
  selectFirst() {
    const first = this.#nodes.values().next().value;
    if (first) this.#select(first.seller.seller_key, { focus: false });
  }

  /** Mark a link, or none. */
  point(link) {
    for (const [id, { line }] of this.#edges) line.classList.toggle("pointed", link?.link_id === id);
  }

  #drawSellers(sellers) {
    const most = Math.max(1, ...sellers.map(({ listings }) => listings));
    for (const seller of sellers) {
      const [x, y, radius] = [seller.x * SIDE, seller.y * SIDE, 10 + 16 * Math.sqrt(seller.listings / most)];
      const target = shape("circle", { class: "seller-target" });
      const flagged = (seller.outcomes.counterfeit ?? 0) / Math.max(1, seller.listings);
      const drawing = shape(
        "g",
        {
          class: "seller-node", role: "button", tabindex: "-1", transform: `translate(${x} ${y})`,
          "aria-label": `${sellerName(seller)}, ${counted(seller.listings, "listing")}, ${lookCounterfeit(seller)}`,
          click: () => this.#select(seller.seller_key),
          pointerenter: () => this.#point(this.#nodes.get(seller.seller_key)),
          pointerleave: () => this.#point(null),
        },
        shape("title", {}, sellerName(seller)),
        target,
        shape("circle", { class: "seller-ground", r: radius }),
        flagged > 0 ? shape("path", { class: "seller-flagged", d: sector(radius, flagged) }) : null,
        shape("circle", { class: "seller-edge", r: radius }),
      );
      this.#nodes.set(seller.seller_key, { seller, drawing, target, x, y, radius });
    }
  }

  #listings(listings) {
    return listings.flatMap(({ seller_key: key, x, y, outcome }) => {
      const seller = this.#nodes.get(key);
      if (!seller) return [];
      const [left, top] = [x * SIDE, y * SIDE];
      return [
        shape("line", { class: "listing-line", x1: seller.x, y1: seller.y, x2: left, y2: top }),
        shape("circle", { class: `listing-node tone-${outcome}`, cx: left, cy: top, r: 4 }),
      ];
    });
  }

  #links(links) {
    return links.flatMap((link) => {
      const [left, right] = [this.#nodes.get(link.left), this.#nodes.get(link.right)];
      if (!left || !right) return [];
      const line = shape("line", { class: `link-line link-${link.strength}`, x1: left.x, y1: left.y, x2: right.x, y2: right.y }, shape("title", {}, shownName(link.why)));
      this.#edges.set(link.link_id, { link, line });
      return [line];
    });
  }

  #select(key, { focus = true } = {}) {
    const node = this.#nodes.get(key);
    for (const { drawing } of this.#nodes.values()) {
      drawing.setAttribute("tabindex", "-1");
      drawing.setAttribute("aria-pressed", "false");
    }
    node.drawing.setAttribute("tabindex", "0");
    node.drawing.setAttribute("aria-pressed", "true");
    this.#selected = node;
    for (const { link, line } of this.#edges.values()) line.classList.toggle("own", link.left === key || link.right === key);
    this.#bringIntoView(node);
    this.#placeLabels();
    if (focus) node.drawing.focus();
    this.#onSelect(node.seller);
  }

  #point(node) {
    this.#pointed = node;
    this.#placeLabels();
  }

  #walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "-") return this.#zoom(event.key === "+" ? 1 / ZOOM : ZOOM);
    const direction = DIRECTIONS[event.key];
    if (!direction || !this.#selected) return;
    event.preventDefault();
    const next = nearest(this.#selected, [...this.#nodes.values()], direction);
    if (next) this.#select(next.seller.seller_key);
  }

  /** Move the picture where it is zoomed so far that this seller is out of it: browsers don't for parts of a drawing. */
  #bringIntoView({ x, y }) {
    const { x: left, y: top, side } = this.#view;
    const edge = side / 10;
    const isInside = (place, start) => place >= start + edge && place <= start + side - edge;
    if (isInside(x, left) && isInside(y, top)) return;
    this.#view = { x: x - side / 2, y: y - side / 2, side };
    this.#show();
  }

  #zoomButtons() {
    const button = (words, label, click) => element("button", { type: "button", "aria-label": label, click }, words);
    return element(
      "div",
      { class: "cluster-zoom" },
      button("+", "Zoom in", () => this.#zoom(1 / ZOOM)),
      button("−", "Zoom out", () => this.#zoom(ZOOM)),
      button("Whole", "Show the whole picture", () => {
        this.#view = WHOLE;
        this.#show();
      }),
    );
  }

  #zoom(factor) {
    const { x, y, side } = this.#view;
    const larger = Math.min(WHOLE.side, Math.max(60, side * factor));
    const [midX, midY] = this.#selected && factor < 1 ? [this.#selected.x, this.#selected.y] : [x + side / 2, y + side / 2];
    this.#view = { x: midX - larger / 2, y: midY - larger / 2, side: larger };
    this.#show();
  }

  #wireDragging() {
    let last = null;
    this.drawing.addEventListener("pointerdown", (event) => (last = event.target.closest(".seller-node") ? null : [event.clientX, event.clientY]));
    this.drawing.addEventListener("pointermove", (event) => {
      if (last === null || event.buttons === 0) return;
      const scale = this.#view.side / this.drawing.clientWidth;
      const { x, y, side } = this.#view;
      this.#view = { x: x - (event.clientX - last[0]) * scale, y: y - (event.clientY - last[1]) * scale, side };
      last = [event.clientX, event.clientY];
      this.#show();
    });
  }

  #show() {
    const { x, y, side } = this.#view;
    this.drawing.setAttribute("viewBox", `${x} ${y} ${side} ${side}`);
    this.drawing.classList.toggle("zoomed", side < WHOLE.side);
    this.#placeLabels();
  }

  #placeLabels() {
    const widthPx = this.drawing.clientWidth;
    if (!widthPx) return;
    for (const { target, radius } of this.#nodes.values()) target.setAttribute("r", Math.max(radius, (TARGET_PX * this.#view.side) / widthPx));
    this.#labels.place(this.#view, widthPx, [this.#selected, this.#pointed].filter(Boolean));
  }
}

/** The nearest node in a direction: those ahead within 45 degrees come first, then any that is ahead. */
function nearest(from, nodes, [towardsX, towardsY]) {
  const ahead = nodes
    .filter((node) => node !== from)
    .map((node) => {
      const [dx, dy] = [node.x - from.x, node.y - from.y];
      const along = dx * towardsX + dy * towardsY;
      const aside = Math.abs(dx * towardsY) + Math.abs(dy * towardsX);
      return { node, along, aside };
    })
    .filter(({ along }) => along > 0);
  const cost = ({ along, aside }) => Math.hypot(along, aside) * (aside <= along ? 1 : 4);
  return ahead.sort((one, other) => cost(one) - cost(other))[0]?.node ?? null;
}

/** A sector of a circle from the top, as a path. */
function sector(radius, part) {
  if (part >= 1) return `M 0 ${-radius} A ${radius} ${radius} 0 1 1 -0.01 ${-radius} Z`;
  const angle = 2 * Math.PI * part;
  return `M 0 0 L 0 ${-radius} A ${radius} ${radius} 0 ${part > 0.5 ? 1 : 0} 1 ${radius * Math.sin(angle)} ${-radius * Math.cos(angle)} Z`;
}

function keyOfTones(leftOut) {
  const beginning = leftOut ? ["; “…” at their beginning stands for ", element("bdi", {}, leftOut)] : [];
  return element("p", { class: "row-soft" }, "A circle is a seller, larger with more listings; its filled part looks counterfeit. Dots are its listings. The wider a line between sellers, the stronger the link; those of the selected seller stand out. Names without room appear under the pointer, when selected, and closer up", ...beginning, ".");
}
