/** The filters of the list of cases: a form whose values are the page's address, with a count beside each choice. */

import { AddressForm, apiQuery } from "../shared/address_form.js";
import { getJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { productName } from "../shared/formatting.js";
import { countryName, ORIGINS, STATES } from "./case_words.js";

const WORDS = {
  state: (value) => STATES[value]?.title ?? value,
  product: productName,
  country: countryName,
  opened_by: (value) => ORIGINS[value] ?? value,
};

export class CaseFilters {
  #form = byId("filters");
  #address;
  #counting = 0;

  /** `changed()` is called when a filter or the order has changed, also by the browser's Back. */
  constructor(changed) {
    this.#address = new AddressForm(this.#form, changed, (query) => this.#asOffered(query));
    for (const name of ["state", "opened_by"]) this.#offer(name, Object.keys(name === "state" ? STATES : ORIGINS));
    this.#address.readAddress();
  }

  /** The values that are set, as in the page's address. */
  get query() {
    return this.#address.query;
  }

  /** Whether any case is left out; the order leaves out none, but that by due time. */
  get areSet() {
    return [...this.query].some(([name, value]) => name !== "sort" || value === "due");
  }

  /** Count what matches, write the count beside each choice, and give the counts; null where the server can't say. */
  async count() {
    const turn = ++this.#counting;
    const query = this.query;
    query.delete("sort");
    try {
      const counts = await getJson(`/v1/cases/counts?${apiQuery(query)}`);
      if (turn === this.#counting) this.#showCounts(counts);
      return counts;
    } catch {
      return null;
    }
  }

  /** The values of an address, each among the choices. */
  #asOffered(query) {
    for (const [name, value] of query) if (name in WORDS) this.#offer(name, [value]);
    return query;
  }

  #offer(name, values) {
    const select = this.#form.elements[name];
    const known = new Set([...select.options].map(({ value }) => value));
    select.append(...values.filter((value) => value && !known.has(value)).map((value) => element("option", { value }, WORDS[name](value))));
  }

  #showCounts(counts) {
    for (const name of Object.keys(WORDS)) {
      this.#offer(name, counts[name].map(({ value }) => value));
      const found = new Map(counts[name].map(({ value, cases }) => [value, cases]));
      for (const option of this.#form.elements[name].options) {
        option.dataset.words ??= option.textContent;
        option.textContent = option.value ? `${option.dataset.words} (${(found.get(option.value) ?? 0).toLocaleString("en-GB")})` : option.dataset.words;
      }
    }
  }
}
