/** Every case that was late, newest first. */

import { countryName, STATES } from "../cases/case_words.js";
import { CursorList, partsOf } from "../lists/cursor_list.js";
import { apiQuery } from "../shared/address_form.js";
import { element } from "../shared/element.js";
import { moment, productName } from "../shared/formatting.js";

/** The list, for the filters that a form has when it is read. */
export function lateCases(filters) {
  return new CursorList({
    parts: partsOf("late"),
    noun: ["late case", "late cases"],
    path: (cursor) => `/v1/service-level/late?${apiQuery(filters.query, cursor)}`,
    rowsOf: ({ cases }) => cases.map(rowOf),
    csv: () => [`/v1/service-level/late.csv?${apiQuery(filters.query)}`, "late-cases.csv"],
    nothing: () => [element("p", {}, "No case was late in this time.")],
  });
}

function rowOf({ case_id: id, created_at: created, product, country, state, due_at: due, decided_at: decided, late_by_h: hours }) {
  const by = hours === null ? "late" : `${hours.toLocaleString("en-GB", { maximumFractionDigits: 1 })} business hours late`;
  const link = element("a", { href: `/cases/${encodeURIComponent(id)}` }, productName(product));
  const root = element(
    "li",
    { class: "late-row" },
    link,
    element("span", {}, decided === null ? `${by} so far, ` : `${by}, `, STATES[state].title.toLowerCase()),
    element("span", { class: "row-soft" }, `${countryName(country)}; received `, element("time", { datetime: created, title: created }, moment(created)), due ? `, due ${moment(due)}` : ""),
  );
  return { link, root };
}
