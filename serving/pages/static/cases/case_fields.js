/** What was typed into the fields that every new case needs; `name` begins their ids. */

import { byId } from "../shared/element.js";

/** The country and the right. */
export function typedCountryAndGround(name) {
  return { country: byId(`${name}-country`).value.trim().toUpperCase(), ground: byId(`${name}-ground`).value };
}

/** The country, the right, and why it is infringed. */
export function typedCaseFields(name) {
  return { ...typedCountryAndGround(name), statement: byId(`${name}-statement`).value.trim() };
}
