/** Facts of a card, each with its name. */

import { element } from "../shared/element.js";

/** A row of facts: [name, value] each; false or null leaves one out. */
export function factsRow(facts) {
  return element("dl", { class: "facts-row" }, facts.filter(Boolean).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}
