/** One case as a row of the list, with a box to choose it for a move of several. */

import { element } from "../shared/element.js";
import { counted, moment, productName } from "../shared/formatting.js";
import { clockWords, countryName, ORIGINS, STATES } from "./case_words.js";

export class CaseRow {
  #clock = element("span", { class: "case-clock" });

  /** `onChosen()` is called when the box was ticked or cleared. */
  constructor(found, onChosen) {
    this.found = found;
    this.state = element("span", { class: "pill" });
    this.box = element("input", { type: "checkbox", "aria-label": `Choose the case about ${productName(found.product)} of ${moment(found.created_at)}`, change: onChosen });
    this.link = element(
      "a",
      { href: `/cases/${encodeURIComponent(found.case_id)}` },
      element(
        "span",
        { class: "row-cell" },
        element("span", { class: "row-listing" }, productName(found.product)),
        element("span", { class: "row-soft" }, `${ORIGINS[found.opened_by] ?? found.opened_by}, ${counted(found.listing_count, "listing")}`),
      ),
      element("span", { class: "row-cell" }, this.state, found.fast_track ? element("span", { class: "row-soft" }, "Fast track") : null),
      element("span", { class: "row-cell" }, this.#clock, element("span", { class: "row-soft" }, countryName(found.country))),
      element("span", { class: "row-cell row-soft" }, element("time", { datetime: found.created_at, title: found.created_at }, moment(found.created_at))),
    );
    this.root = element("li", { class: "row case-row" }, element("label", { class: "case-choice" }, this.box), this.link);
    this.show(found);
  }

  get chosen() {
    return this.box.checked;
  }

  set chosen(value) {
    this.box.checked = value;
  }

  /** Show the case as it is now. */
  show(found) {
    this.found = found;
    const { title, tone } = STATES[found.state];
    this.state.className = `pill tone-${tone}`;
    this.state.textContent = title;
    this.tick();
  }

  /** Show what the clock says now. */
  tick() {
    const { words, tone } = clockWords(this.found);
    this.#clock.className = `case-clock tone-${tone}`;
    this.#clock.textContent = words;
  }
}
