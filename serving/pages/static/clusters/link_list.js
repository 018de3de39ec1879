/** The links of a cluster, each with why it is one; those of the selected seller first. */

import { element } from "../shared/element.js";
import { counted, shownName } from "../shared/formatting.js";
import { KINDS, sellerName, STRENGTHS } from "./cluster_words.js";

const SHOWN = 50;

export class LinkList {
  #cluster;
  #handlers;
  #list = element("ol", { class: "link-list" });
  #more = element("button", { type: "button", class: "wide", hidden: true, click: () => this.#show(Infinity) }, "Show all links");
  #links = [];

  /** `onPoint(link or null)` is called when a link is pointed at, `onRemove(link)` when it is to be taken away. */
  constructor(cluster, handlers) {
    this.#cluster = cluster;
    this.#handlers = handlers;
    this.names = new Map(cluster.seller_nodes.map((seller) => [seller.seller_key, sellerName(seller)]));
    this.root = element("section", { class: "case-part", "aria-labelledby": "links-title" }, element("h2", { id: "links-title" }, counted(cluster.links.length, "link")), this.#list, this.#more);
  }

  /** Show the links, those of this seller first. */
  showOf({ seller_key: key }) {
    const isOwn = ({ left, right }) => left === key || right === key;
    this.#links = [...this.#cluster.links.filter(isOwn), ...this.#cluster.links.filter((link) => !isOwn(link))];
    this.#show(SHOWN);
  }

  #show(count) {
    this.#list.replaceChildren(...this.#links.slice(0, count).map((link) => this.#rowOf(link)));
    this.#more.hidden = this.#links.length <= count;
  }

  #rowOf(link) {
    const { onPoint, onRemove } = this.#handlers;
    return element(
      "li",
      { pointerenter: () => onPoint(link), pointerleave: () => onPoint(null), focusin: () => onPoint(link), focusout: () => onPoint(null) },
      element(
        "div",
        {},
        element("p", {}, element("strong", {}, `${this.names.get(link.left)} and ${this.names.get(link.right)}`), `: ${KINDS[link.kind]} (${STRENGTHS[link.strength]})`),
        element("p", { class: "row-soft", dir: "auto" }, shownName(link.why)),
        element("p", { class: "row-soft" }, link.examples.flatMap((example, index) => examplesOf(example, index))),
      ),
      element("button", { type: "button", "aria-haspopup": "dialog", "aria-label": `Take away the link between ${this.names.get(link.left)} and ${this.names.get(link.right)}`, click: () => onRemove(link) }, "Take away"),
    );
  }
}

function examplesOf({ left_check_id: left, left_photo: leftPhoto, right_check_id: right, right_photo: rightPhoto }, index) {
  const one = (id, photo) => element("a", { href: `/checks/${encodeURIComponent(id)}` }, photo === null ? "check" : `photo ${photo + 1}`);
  return [index ? "; " : "See ", one(left, leftPhoto), " and ", one(right, rightPhoto)];
}
