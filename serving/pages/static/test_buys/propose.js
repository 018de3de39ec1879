/** The dialog that proposes a plan. */

import { askIn } from "../admin/dialog.js";
import { postJson } from "../shared/api.js";
import { byId } from "../shared/element.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { typedAmount } from "./typed_amount.js";

const DAY_MS = 86_400_000;

/** Wire the button; `proposed(plan)` is called with the plan that the server gave. */
export function wireProposing(proposed) {
  byId("propose").addEventListener("click", async () => {
    suggestQuarter();
    const keys = new Map(); // a retry of the same words is the same plan, changed words are another
    const plan = await askIn("new-plan", () => {
      const sent = typed();
      const words = JSON.stringify(sent);
      if (!keys.has(words)) keys.set(words, newIdempotencyKey());
      return postJson("/v1/test-buys/plans", sent, { "Idempotency-Key": keys.get(words) });
    });
    if (plan) proposed(plan);
  });
}

function suggestQuarter() {
  if (byId("new-plan-since").value) return;
  const now = new Date();
  const begin = new Date(Date.UTC(now.getUTCFullYear(), 3 * Math.floor(now.getUTCMonth() / 3), 1));
  byId("new-plan-since").value = begin.toISOString().slice(0, 10);
  byId("new-plan-until").value = now.toISOString().slice(0, 10);
}

function typed() {
  const value = (name) => byId(`new-plan-${name}`).value.trim();
  const [shipping, lowest, highest] = ["shipping", "min", "max"].map((name) => typedAmount(`new-plan-${name}`));
  const begin = (name, laterMs) => new Date(Date.parse(`${value(name)}T00:00:00Z`) + laterMs).toISOString();
  return {
    since: begin("since", 0),
    until: begin("until", DAY_MS),
    product: value("product") || null,
    country: value("country").toUpperCase(),
    currency: value("currency").toUpperCase(),
    budget: typedAmount("new-plan-budget"),
    default_price: typedAmount("new-plan-price"),
    random_share: typedAmount("new-plan-share") / 100,
    ...(shipping === null ? {} : { shipping }),
    ...(lowest === null ? {} : { min_price: lowest }),
    ...(highest === null ? {} : { max_price: highest }),
  };
}
