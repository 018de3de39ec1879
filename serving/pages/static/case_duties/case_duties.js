/** What the law of the EU asks for after a decision: complaints, statements of reasons, and informing the buyers. */

import { isOperatorWith } from "../admin/caller.js";
import { element } from "../shared/element.js";
import { attempt } from "../shared/problem_box.js";
import { buyersOf } from "./buyers.js";
import { complaintsOf } from "./complaints.js";
import { reasonsOf } from "./reasons.js";

export class CaseDuties {
  #found;
  #changed;
  #problem = element("div", { class: "problem", role: "alert", hidden: true });
  #parts = element("div");
  /** Resolves once all sections are shown. */
  shown = Promise.resolve();

  /** `changed()` is called when one of them has changed, also where the case has moved by it. */
  constructor(found, changed) {
    this.#found = found;
    this.#changed = changed;
    this.root = element("div", { class: "case-duties" }, this.#problem, this.#parts);
    if (found.jurisdiction === "EU" && found.moves.some(({ to_state: to }) => to === "upheld" || to === "rejected")) this.shown = this.#read();
  }

  #read() {
    return attempt(this.#problem, async () => {
      const isOperator = await isOperatorWith("cases");
      const sections = await Promise.all([
        complaintsOf(this.#found, isOperator, this.#changed),
        ...(isOperator ? [reasonsOf(this.#found, this.#changed, this.#problem)] : []),
        ...(isOperator && wasUpheld(this.#found) ? [buyersOf(this.#found, this.#changed)] : []),
      ]);
      this.#parts.replaceChildren(...sections.filter(Boolean));
    });
  }
}

function wasUpheld({ moves }) {
  return moves.some(({ to_state: to }) => to === "upheld");
}
