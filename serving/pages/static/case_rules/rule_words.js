/** The words of rules by which checks open cases. */

import { countryName, GROUNDS } from "../cases/case_words.js";
import { counted, productName, share } from "../shared/formatting.js";

/** What a rule looks at, as a sentence. */
export function conditionWords({ kind, settings: { max_authenticity: most, upheld_cases: upheld, days, products } }) {
  const of = products === null ? "any product" : products.map(productName).join(", ");
  if (kind === "counterfeit") return `A check of ${of} looks counterfeit, with an authenticity of at most ${share(most)}`;
  return `A check of ${of} looks counterfeit or needs a person, and ${counted(upheld, "case")} of its seller or more ${upheld === 1 ? "was" : "were"} upheld within ${counted(days, "day")}`;
}

/** What kind of case a rule opens. */
export function caseWords({ settings: { country, ground } }) {
  return `${GROUNDS[ground] ?? ground}, ${countryName(country)}`;
}
