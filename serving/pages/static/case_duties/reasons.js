/** The statements of reasons of a case: what of them reached the Commission's database, and why one was refused. */

import { announce } from "../shared/announcer.js";
import { downloadFile, getJson, putJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { counted, moment, shownName } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { askDuty } from "./duty_dialog.js";

const STATES = { waiting: ["Not sent yet", "review"], sent: ["In the database", "none"], refused: ["Refused by the database", "counterfeit"] };

/** The section; null where the case has no statement. `changed()` is called when one was made anew. */
export async function reasonsOf(found, changed, problemBox) {
  const { statements, sends } = await getJson(`/v1/statements-of-reasons?case_id=${encodeURIComponent(found.case_id)}&limit=500`);
  if (!statements.length) return null;
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "reasons-title" },
    element("h2", { id: "reasons-title", tabindex: "-1" }, "Statements of reasons"),
    element("p", { class: "row-soft" }, sends ? "One for each listing that is restricted, sent to the EU’s transparency database." : "One for each listing that is restricted. This server sends none: transparency.statements_url is not set. Download those of all cases and hand them in yourself."),
    sends ? null : element("div", { class: "actions" }, exportButton(problemBox)),
    element("ol", { class: "case-listings" }, statements.map((one) => reasonOf(one, found, sends, changed))),
  );
}

function exportButton(problemBox) {
  const keep = () => downloadFile("/v1/statements-of-reasons/export?state=waiting", "statements-of-reasons.jsonl");
  return element("button", { type: "button", click: () => attempt(problemBox, keep) }, "Download as JSON lines");
}

function reasonOf(one, found, sends, changed) {
  const [words, tone] = STATES[one.state];
  const listing = found.listings.find(({ position }) => position === one.position)?.listing_id;
  return element(
    "li",
    { class: "card" },
    element("h3", {}, listing ? `Listing ${shownName(listing)}` : `Listing ${one.position + 1}`),
    element("p", {}, element("span", { class: `pill tone-${tone}` }, words), ` ${when(one, sends)}`),
    one.answer ? element("p", { class: "duty-text", dir: "auto" }, `${one.status === null ? "" : `HTTP ${one.status}: `}${one.answer}`) : null,
    element("details", {}, element("summary", {}, "What it says"), element("dl", { class: "case-facts" }, Object.entries(one.statement).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, Array.isArray(value) ? value.join(", ") : String(value)))))),
    one.state === "sent" ? null : element("div", { class: "actions" }, element("button", { type: "button", click: () => addFacts(one, changed) }, one.state === "refused" ? "Correct and send again …" : "Add facts …")),
  );
}

function when({ state, sent_at: sentAt, due_at: dueAt, attempts }, sends) {
  if (state === "sent") return moment(sentAt);
  const tried = attempts ? `, sent ${counted(attempts, "time")} so far` : "";
  return dueAt && sends ? `Next try ${moment(dueAt)}${tried}` : tried.slice(2);
}

async function addFacts({ statement_id: id, facts_added: added }, changed) {
  const made = await askDuty(
    {
      title: "Facts of the statement",
      meaning: "They are published, so they must name nobody; what may be personal data is refused and named. Empty takes your words back.",
      label: "Facts, in at most 3,000 characters",
      words: added,
      needsWords: false,
      verb: "Make it anew",
    },
    ({ words }) => putJson(`/v1/statements-of-reasons/${encodeURIComponent(id)}/facts`, { facts: words }),
  );
  if (!made) return;
  announce("The statement was made anew.");
  changed();
}
