/** What can be done with a test buy, but its examination: its moves, and the evidence file of its check. */

import { askIn } from "../admin/dialog.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { evidenceButtons } from "../shared/evidence_file.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { STATES } from "./buy_words.js";
import { offerReading } from "./changed_meanwhile.js";
import { typedAmount } from "./typed_amount.js";

const MEANINGS = {
  ordered: "Order as a customer would: a seller that notices a test buyer may send another item.",
  cancelled: "It counts as a purchase without an outcome, which makes the estimates less sure.",
  not_delivered: "It counts as a purchase without an outcome. If the item comes after all, record its arrival.",
  genuine: "Needs that every decisive point has passed.",
  counterfeit: "Needs a point that failed. It opens a takedown case about the listing.",
  cant_tell: "It counts as a purchase without an outcome.",
};

export class BuyActions {
  #found;
  #moved;
  #readAgain;
  #problem = element("div", { class: "problem", role: "alert", hidden: true });

  /** `moved(buy)` is called after a move, `readAgain()` where somebody else made one. */
  constructor(found, moved, readAgain) {
    this.#found = found;
    this.#moved = moved;
    this.#readAgain = readAgain;
    const moves = found.allowed_moves.filter((to) => to !== "examined"); // that one has a form of its own
    const buttons = moves.map((to, index) => element("button", { type: "button", class: index === 0 ? "primary" : null, "aria-haspopup": "dialog", click: () => this.#move(to) }, STATES[to].verb));
    const evidence = evidenceButtons(`/v1/checks/${encodeURIComponent(found.check_id)}`, this.#problem);
    this.root = element("section", { class: "case-part", "aria-label": "What can be done" }, this.#problem, element("div", { class: "actions" }, buttons, evidence));
  }

  async #move(to) {
    const { verb } = STATES[to];
    const needsReason = to === "cancelled";
    byId("move-title").textContent = verb;
    byId("move-meaning").textContent = MEANINGS[to] ?? "";
    byId("move-cost-field").hidden = to !== "ordered";
    byId("move-cost-label").textContent = `What was paid, with shipping, in ${this.#found.currency}`;
    byId("move-reason-label").textContent = needsReason ? "Why" : "Note";
    byId("move-reason").required = needsReason;
    byId("move-do").textContent = verb;
    byId("move-cost").value = byId("move-reason").value = "";
    const key = newIdempotencyKey(); // one for all tries of this dialog
    const send = () => {
      const cost = to === "ordered" ? typedAmount("move-cost") : null;
      const sent = { to, version: this.#found.version, reason: byId("move-reason").value.trim(), ...(cost === null ? {} : { cost }) };
      return postJson(`/v1/test-buys/${encodeURIComponent(this.#found.buy_id)}/moves`, sent, { "Idempotency-Key": key });
    };
    const readAgain = () => (byId("move").close(), this.#readAgain());
    const found = await askIn("move", send, (problem, box) => offerReading(box, problem, readAgain));
    if (found) this.#moved(found);
  }
}
