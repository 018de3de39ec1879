/** Checkboxes with one name, and what is checked of them. */

import { element } from "../shared/element.js";
import { kindName } from "./group_words.js";

/** A checkbox for each of these kinds. */
export function kindChoices(name, kinds, chosen = kinds) {
  return kinds.map((kind) => choice(name, kind, kindName(kind), chosen.includes(kind)));
}

/** One checkbox in its label. */
export function choice(name, value, words, isChosen) {
  return element("label", { class: "switch" }, element("input", { type: "checkbox", name, value, checked: isChosen }), ` ${words}`);
}

/** The values that are checked within a field. */
export function chosenIn(field) {
  return [...field.querySelectorAll("input:checked")].map(({ value }) => value);
}
