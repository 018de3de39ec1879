/** Moves of several cases at once: the bar that counts what is chosen, and the dialog that asks for the reason. */

import { askIn } from "../admin/dialog.js";
import { announce } from "../shared/announcer.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, sentence } from "../shared/formatting.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { STATES } from "./case_words.js";
import { linksOf, showLinks } from "./seller_links.js";

export const MAX_AT_ONCE = 200;

export class BulkMoves {
  #rows = [];

  /** `moved(made)` is called with the answer of the server. */
  constructor(moved) {
    this.moved = moved;
    byId("bulk-to").append(...Object.entries(STATES).filter(([, { verb }]) => verb).map(([value, { verb }]) => element("option", { value }, verb)));
    byId("bulk-move").addEventListener("click", () => this.#ask());
  }

  /** Show how many rows are chosen. */
  show(rows) {
    this.#rows = rows;
    byId("bulk").hidden = rows.length === 0;
    const tooMany = rows.length > MAX_AT_ONCE;
    byId("bulk-count").textContent = tooMany ? `${rows.length} chosen; ${MAX_AT_ONCE} can be moved at once` : `${counted(rows.length, "case")} chosen`;
    byId("bulk-move").disabled = tooMany;
  }

  async #ask() {
    const to = byId("bulk-to").value;
    const cases = this.#rows.map(({ found }) => ({ case_id: found.case_id, version: found.version }));
    byId("bulk-title").textContent = `${STATES[to].verb}: ${counted(cases.length, "case")}`;
    byId("bulk-meaning").textContent = `${STATES[to].meaning} A case that can’t be moved so stays as it is, and holds up none of the others.`;
    const key = newIdempotencyKey(); // one for all tries of this dialog
    const made = await askIn("bulk-ask", () => postJson("/v1/cases/moves", { to, cases, reason: byId("bulk-reason").value.trim() }, { "Idempotency-Key": key }));
    if (!made) return;
    byId("bulk-reason").value = "";
    announce(`${counted(made.moved.length, "case")} moved, ${made.refused.length} not`);
    this.#showRefused(made);
    this.moved(made);
    const links = made.moved.flatMap((one) => linksOf(one, true));
    if (links.length) showLinks(links);
  }

  #showRefused({ moved, refused }) {
    const box = byId("bulk-result");
    box.hidden = refused.length === 0;
    box.replaceChildren(
      element("h2", {}, `${counted(refused.length, "case")} not moved, ${moved.length} moved`),
      element(
        "ul",
        {},
        refused.map(({ case_id: id, detail }) => element("li", {}, element("a", { href: `/cases/${encodeURIComponent(id)}` }, "Case"), `: ${sentence(detail)}`)),
      ),
    );
  }
}
