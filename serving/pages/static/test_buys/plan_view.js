/** One plan above its purchases: what is drawn at random from which listings, what is chosen, and its acceptance. */

import { askIn } from "../admin/dialog.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, share } from "../shared/formatting.js";
import { amountWords, daysWords, GROUPS, periodWords } from "./buy_words.js";
import { wideTable } from "./wide_table.js";

/** The panel of a plan; `accepted()` is called once it is. */
export function planView(plan, accepted) {
  const isProposed = plan.state === "proposed";
  const [drawn, chosen] = [false, true].map((kind) => plan.strata.filter((stratum) => stratum.chosen === kind));
  const [drawnCount, chosenCount] = [drawn, chosen].map((strata) => strata.reduce((sum, { draws }) => sum + draws, 0));
  const cost = `${amountWords(plan.expected_cost, plan.currency)} of a budget of ${amountWords(plan.budget, plan.currency)}`;
  return element(
    "section",
    { class: "plan", "aria-labelledby": "plan-title" },
    element("h3", { id: "plan-title", tabindex: "-1" }, `${isProposed ? "Proposal" : "Plan"} for ${periodWords(plan)}`),
    element(
      "p",
      {},
      `${counted(drawnCount + chosenCount, "purchase")} for ${cost}, from ${counted(plan.frame_size, "listing")} checked ${daysWords(plan)}. `,
      `${drawnCount} drawn at random, ${chosenCount} chosen for their worth.`,
    ),
    drawn.length ? drawnTable(drawn) : element("p", {}, "Nothing is drawn at random: every listing is chosen."),
    element(
      "p",
      { class: "row-soft" },
      "A chosen purchase is worth most for its cost: its verdict is unsure, its seller has many listings, or training lacks such labels. The list below says which, for each.",
    ),
    element(
      "details",
      { class: "buy-details" },
      element("summary", { class: "opens" }, "How to repeat the draw"),
      element("p", { class: "row-soft" }, "Of each row those listings are bought whose SHA-256 of seed, slash and check id is smallest."),
      element("dl", { class: "case-facts" }, [["Seed", plan.seed], ["SHA-256 of the frame", plan.frame_sha256]].map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, element("code", {}, value))))),
    ),
    isProposed ? element("button", { type: "button", class: "primary plan-accept", "aria-haspopup": "dialog", click: () => accept(plan, drawnCount + chosenCount, accepted) }, "Accept the plan") : null,
  );
}

function drawnTable(strata) {
  const rows = strata.map(({ group, size, draws, probability, suspicion }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, GROUPS[group]),
      [size.toLocaleString("en-GB"), draws.toLocaleString("en-GB"), share(probability), suspicion.toFixed(1)].map((words) => element("td", {}, words)),
    ),
  );
  return wideTable("What is drawn at random", ["Verdict", "Listings", "Drawn", "Chance of each", "Suspicion (logit)"], rows);
}

async function accept(plan, purchases, accepted) {
  byId("acceptance-meaning").textContent =
    `${counted(purchases, "purchase")} may then be ordered, for ${amountWords(plan.expected_cost, plan.currency)} at the prices stated. ` +
    "Members see those of their products. It can’t be taken back; a purchase can be cancelled.";
  const made = await askIn("acceptance", () => postJson(`/v1/test-buys/plans/${encodeURIComponent(plan.plan_id)}/acceptance`));
  if (made) accepted();
}
