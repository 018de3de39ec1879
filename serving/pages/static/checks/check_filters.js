/** The filters and the order of the list: a form whose values are the page's address, with a count beside each choice. */

import { AddressForm, apiQuery } from "../shared/address_form.js";
import { getJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, productName } from "../shared/formatting.js";
import { DECISIONS } from "../shared/wording.js";

const EARLIER_NAMES = { reviewed: { name: "decision", values: { true: "decided", false: "none" } } };
const COUNTED = ["outcome", "decision", "product"];

export class CheckFilters {
  #form = byId("filters");
  #address;
  #counting = 0;

  /** `changed()` is called when a filter or the order has changed, also by the browser's Back. */
  constructor(changed) {
    this.#address = new AddressForm(this.#form, changed, (query) => this.#asOffered(query));
  }

  /** Offer the products that serve, and take the values of the page's address. */
  async start() {
    this.#offer("decision", Object.entries(DECISIONS).map(([value, { title }]) => [value, title]));
    try {
      const { bundles } = await getJson("/v1/bundles");
      this.#offerProducts(bundles.flatMap(({ products }) => products));
    } catch {
      // Loading the list then fails too, and shows the problem.
    }
    this.#address.readAddress();
  }

  /** The values that are set, as in the page's address. */
  get query() {
    return this.#address.query;
  }

  /** Whether any check is left out; the order leaves out none. */
  get areSet() {
    return [...this.query.keys()].some((name) => name !== "sort");
  }

  /** The order in words. */
  get order() {
    return this.#form.elements.sort.selectedOptions[0].textContent.toLowerCase();
  }

  /** Count what matches, write the count beside each choice, and give the counts; null where the server can't say. */
  async count() {
    const turn = ++this.#counting;
    const query = this.query;
    query.delete("sort");
    try {
      const counts = await getJson(`/v1/checks/counts?${apiQuery(query)}`);
      if (turn === this.#counting) this.#showCounts(counts);
      return counts;
    } catch {
      return null;
    }
  }

  /** The values of an address under the names of today, with its product among the choices. */
  #asOffered(query) {
    if (query.get("product")) this.#offerProducts([query.get("product")]);
    return [...query].map(([sent, value]) => {
      const earlier = EARLIER_NAMES[sent];
      return earlier ? [earlier.name, earlier.values[value] ?? ""] : [sent, value];
    });
  }

  #offerProducts(products) {
    this.#offer("product", [...new Set(products)].sort().map((product) => [product, productName(product)]));
  }

  #offer(name, choices) {
    const select = this.#form.elements[name];
    const known = new Set([...select.options].map(({ value }) => value));
    select.append(...choices.filter(([value]) => !known.has(value)).map(([value, words]) => element("option", { value }, words)));
  }

  #showCounts(counts) {
    this.#offerProducts(counts.product.map(({ value }) => value));
    for (const name of COUNTED) {
      const found = new Map(counts[name].map(({ value, checks }) => [value, checks]));
      if (name === "decision") found.set("decided", sum(counts.decision.filter(({ value }) => value !== "none")));
      for (const option of this.#form.elements[name].options) {
        option.dataset.words ??= option.textContent;
        option.textContent = option.value ? `${option.dataset.words} (${(found.get(option.value) ?? 0).toLocaleString("en-GB")})` : option.dataset.words;
      }
    }
    const queue = this.#form.elements.queue.options[1];
    queue.dataset.words ??= queue.textContent;
    queue.textContent = `${queue.dataset.words} (${counts.queue.toLocaleString("en-GB")})`;
    byId("sellers").replaceChildren(...counts.seller_id.map(({ value, checks }) => element("option", { value }, counted(checks, "check"))));
  }
}

function sum(counted) {
  return counted.reduce((total, { checks }) => total + checks, 0);
}
