/** Fast track: the standings, each with its record and how it changed, and to the operator evaluating them now. */

import { CursorList, partsOf } from "../lists/cursor_list.js";
import { AddressForm, apiQuery } from "../shared/address_form.js";
import { downloadFile, getJson, postJson } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId, element } from "../shared/element.js";
import { counted, share } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { pill, recordWords, STANDINGS, timeOf } from "./standing_words.js";

export class FastTrack {
  #filters;
  #list;

  constructor() {
    byId("filter-standing").append(...Object.entries(STANDINGS).map(([value, { title }]) => element("option", { value }, title)));
    this.#filters = new AddressForm(byId("filters"), () => this.read());
    this.#filters.readAddress();
    this.#list = new CursorList({
      parts: partsOf("fast"),
      noun: ["standing", "standings"],
      path: (cursor) => `/v1/fast-track?${apiQuery(this.#filters.query, cursor)}`,
      rowsOf: ({ statuses }) => statuses.map(rowOf),
      csv: () => [`/v1/fast-track.csv?${apiQuery(this.#filters.query)}`, "fast-track.csv"],
      nothing: () => (this.#filters.query.size ? NOTHING_MATCHES : NOTHING_YET).map(([tag, words]) => element(tag, {}, words)),
      shown: ({ page }) => this.#showTerms(page),
    });
    byId("evaluate").addEventListener("click", () => this.#evaluate());
    byId("download-changes").addEventListener("click", () => attempt(byId("fast-problem"), () => downloadFile("/v1/fast-track/changes.csv", "fast-track-changes.csv")));
  }

  get keys() {
    return this.#list.keys;
  }

  read() {
    return this.#list.read();
  }

  #showTerms(page) {
    byId("clear-filters").hidden = this.#filters.query.size === 0;
    if (!page) return;
    const { min_decided: decided, min_upheld_share: upheld, max_counter_share: won } = page;
    byId("fast-terms").textContent = `New cases of a member or rule come first where, over three months, at least ${decided} were decided, at least ${share(upheld)} of them upheld, and counter-notices won are at most ${share(won)} of the cases upheld. Falling below it ends that for three months. Records are evaluated daily.`;
  }

  async #evaluate() {
    byId("evaluated").textContent = "";
    await whileBusy(byId("evaluate"), "Evaluating…", () =>
      attempt(byId("fast-problem"), async () => {
        const { evaluated, changed } = await postJson("/v1/fast-track/evaluations", {});
        await this.read();
        byId("evaluated").textContent = `${counted(evaluated, "record")} evaluated, ${counted(changed, "standing")} changed.`;
      }),
    );
  }
}

const NOTHING_MATCHES = [["h3", "Nobody stands so"], ["p", "Clear the filter to see all standings."]];
const NOTHING_YET = [["h3", "No standing yet"], ["p", "A standing comes with the first decided case of a member or of a rule, at the daily evaluation."]];

function rowOf(status) {
  const { standing, since, until, evaluated_at: at } = status;
  const link = element(
    "summary",
    { class: "opens" },
    element("span", { class: "row-listing", dir: "auto" }, subjectWords(status)),
    pill(STANDINGS[standing]),
    element("span", { class: "row-soft" }, recordWords(status)),
  );
  const changes = element("div", { "aria-live": "polite" }, element("p", { class: "row-soft" }, "Loading how it changed…"));
  const details = element(
    "details",
    { class: "standing-row" },
    link,
    element("p", {}, "Since ", timeOf(since), ...(until ? [", until ", timeOf(until)] : []), "; evaluated ", timeOf(at)),
    changes,
  );
  details.addEventListener("toggle", () => details.open && showChanges(changes, status));
  return { link, root: element("li", { class: "row" }, details) };
}

function subjectWords({ subject_kind: kind, subject_id: id, name }) {
  if (kind === "member") return name ?? `Member ${id}`;
  return name ? `Rule for ${name}, ${id}` : `Rule of the operator, ${id}`;
}

async function showChanges(box, { subject_id: id }) {
  const problem = element("div", { class: "problem", role: "alert", hidden: true });
  box.replaceChildren(problem);
  await attempt(problem, async () => {
    const { changes } = await getJson(`/v1/fast-track/changes?limit=200&subject_id=${encodeURIComponent(id)}`);
    box.append(
      changes.length
        ? element("ol", { class: "case-history" }, changes.map((change) => element("li", {}, timeOf(change.at), element("p", {}, `${STANDINGS[change.from_standing].title} to ${STANDINGS[change.to_standing].title.toLowerCase()}. ${change.reason}`))))
        : element("p", { class: "row-soft" }, "It never changed."),
    );
  });
}
