/** The plans, newest first, page by page; they are the operator's. */

import { factsRow } from "../admin/facts.js";
import { getJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, moment } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { amountWords, daysWords, periodWords, STATES } from "./buy_words.js";

export class PlanList {
  #list = byId("plans");
  #cursor = null;
  #look;

  /** `look(planId)` is called when a plan is to be shown. */
  constructor(look) {
    this.#look = look;
    byId("older-plans").addEventListener("click", () => attempt(byId("plans-problem"), () => this.#readPage(this.#cursor)));
  }

  /** Read the first page. */
  async read() {
    byId("plans-part").hidden = false;
    await attempt(byId("plans-problem"), () => this.#readPage(null));
  }

  async #readPage(cursor) {
    const { plans, next_cursor: next } = await getJson(`/v1/test-buys/plans?limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    const cards = plans.map((plan) => this.#cardOf(plan));
    if (cursor) this.#list.append(...cards);
    else this.#list.replaceChildren(...cards);
    this.#cursor = next;
    byId("older-plans").hidden = !next;
    byId("no-plan").hidden = this.#list.childElementCount > 0;
    if (cursor) cards[0]?.querySelector("button").focus();
  }

  #cardOf(plan) {
    const isProposed = plan.state === "proposed";
    const purchases = Object.values(plan.counts).reduce((sum, count) => sum + count, 0);
    const states = Object.entries(plan.counts).filter(([, count]) => count).map(([state, count]) => `${count.toLocaleString("en-GB")} ${STATES[state].title.toLowerCase()}`);
    const button = element("button", { type: "button", click: () => this.#look(plan.plan_id) }, isProposed ? "Look at the proposal" : "Show its purchases");
    return element(
      "li",
      { class: `card${isProposed ? "" : " ended"}` },
      element("h3", {}, `${periodWords(plan)} `, element("span", { class: `pill tone-${isProposed ? "review" : "none"}` }, isProposed ? "Proposed" : "Accepted")),
      element("p", { class: "row-soft" }, `Checked ${daysWords(plan)}; proposed ${moment(plan.created_at)}`),
      factsRow([
        ["Purchases", isProposed ? counted(purchases, "purchase") : states.join(", ")],
        ["Budget", amountWords(plan.budget, plan.currency)],
        ["Expected", amountWords(plan.expected_cost, plan.currency)],
        !isProposed && ["Paid so far", amountWords(plan.cost, plan.currency)],
      ]),
      element("div", { class: "actions" }, button),
    );
  }
}
