/** The plans, newest first, page by page; they are the operator's. */

import { factsRow } from "../admin/facts.js";
import { CursorList, partsOf } from "../lists/cursor_list.js";
import { byId, element } from "../shared/element.js";
import { counted, moment } from "../shared/formatting.js";
import { amountWords, daysWords, periodWords, STATES } from "./buy_words.js";

export class PlanList {
  #list;
  #look;

  /** `look(planId)` is called when a plan is to be shown. */
  constructor(look) {
    this.#look = look;
    this.#list = new CursorList({
      parts: partsOf("plans"),
      noun: ["plan", "plans"],
      path: (cursor) => `/v1/test-buys/plans?limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
      rowsOf: ({ plans }) => plans.map((plan) => this.#rowOf(plan)),
      csv: () => ["/v1/test-buys/plans.csv", "test-buy-plans.csv"],
      nothing: () => [element("p", {}, "No plan yet. A plan proposes what to buy within a budget; nothing is bought before you accept it.")],
    });
  }

  /** Read the first page. */
  async read() {
    byId("plans-part").hidden = false;
    await this.#list.read();
  }

  #rowOf(plan) {
    const isProposed = plan.state === "proposed";
    const purchases = Object.values(plan.counts).reduce((sum, count) => sum + count, 0);
    const states = Object.entries(plan.counts).filter(([, count]) => count).map(([state, count]) => `${count.toLocaleString("en-GB")} ${STATES[state].title.toLowerCase()}`);
    const button = element("button", { type: "button", click: () => this.#look(plan.plan_id) }, isProposed ? "Look at the proposal" : "Show its purchases");
    const card = element(
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
    return { root: card, link: button };
  }
}
