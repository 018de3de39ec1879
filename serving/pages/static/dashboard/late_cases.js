/** Every case that was late, newest first, page by page. */

import { countryName, STATES } from "../cases/case_words.js";
import { getJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { moment, productName } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";

export class LateCases {
  #list;
  #query = new URLSearchParams();
  #cursor = null;

  constructor(list) {
    this.#list = list;
    byId("older").addEventListener("click", () => attempt(byId("dashboard-problem"), () => this.#readPage()));
  }

  /** Read the first page for these filters. */
  async read(query) {
    this.#query = query;
    this.#cursor = null;
    await this.#readPage();
  }

  async #readPage() {
    const query = new URLSearchParams(this.#query);
    if (this.#cursor) query.set("cursor", this.#cursor);
    const isMore = this.#cursor !== null;
    const page = await getJson(`/v1/service-level/late?${query}`);
    const rows = page.cases.map(rowOf);
    if (isMore) this.#list.append(...rows);
    else this.#list.replaceChildren(...rows);
    this.#cursor = page.next_cursor;
    byId("older").hidden = !page.next_cursor;
    byId("no-late").hidden = this.#list.childElementCount > 0;
    byId("download-late").hidden = this.#list.childElementCount === 0;
    if (isMore) rows[0]?.querySelector("a").focus();
  }
}

function rowOf({ case_id: id, created_at: created, product, country, state, due_at: due, decided_at: decided, late_by_h: hours }) {
  const by = hours === null ? "late" : `${hours.toLocaleString("en-GB", { maximumFractionDigits: 1 })} business hours late`;
  return element(
    "li",
    { class: "late-row" },
    element("a", { href: `/cases/${encodeURIComponent(id)}` }, productName(product)),
    element("span", {}, decided === null ? `${by} so far, ` : `${by}, `, STATES[state].title.toLowerCase()),
    element("span", { class: "row-soft" }, `${countryName(country)}; received `, element("time", { datetime: created, title: created }, moment(created)), due ? `, due ${moment(due)}` : ""),
  );
}
