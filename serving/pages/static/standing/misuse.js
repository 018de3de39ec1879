/** Misuse: who sends manifestly unfounded notices, the steps that were taken, and to the operator taking one. */

import { askDuty } from "../case_duties/duty_dialog.js";
import { CursorList, partsOf } from "../lists/cursor_list.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson, postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { share } from "../shared/formatting.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { attempt } from "../shared/problem_box.js";
import { pill, PROPOSALS, STEPS, timeOf } from "./standing_words.js";

const ASKED = {
  warning: { title: "Warn", meaning: "A warning is in force for three months. A suspension needs one before it.", verb: "Warn" },
  suspension: { title: "Suspend", meaning: "Until the end its notices are refused and its rules open no case.", numberLabel: "For how many days, at most 180", needsNumber: true, verb: "Suspend" },
  lifting: { title: "Lift the suspension of", meaning: "Its notices are taken again from now on.", verb: "Lift it" },
};

export class Misuse {
  #nameOf;
  #mayStep;
  #steps;

  /** `nameOf(id)` gives a member's name; `mayStep`: whether the caller may warn and suspend. */
  constructor(nameOf, mayStep) {
    this.#nameOf = nameOf;
    this.#mayStep = mayStep;
    this.#steps = new CursorList({
      parts: partsOf("steps"),
      noun: ["step", "steps"],
      path: (cursor) => `/v1/misuse/steps${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`,
      rowsOf: ({ steps }) => steps.map((step) => rowOf(step, nameOf)),
      csv: () => ["/v1/misuse/steps.csv", "misuse-steps.csv"],
      nothing: () => [element("p", {}, "Nobody was warned or suspended.")],
    });
    byId("download-misuse").addEventListener("click", () => attempt(byId("misuse-problem"), () => downloadFile("/v1/misuse.csv", "misuse.csv")));
  }

  async read() {
    await Promise.all([this.#readMembers(), this.#steps.read()]);
  }

  async #readMembers() {
    const list = byId("misuse-members");
    await attempt(byId("misuse-problem"), async () => {
      const { members, frequent_count: count, frequent_share: part } = await getJson("/v1/misuse");
      byId("misuse-terms").textContent = `From ${count} manifestly unfounded notices in three months on, which are at least ${share(part)} of the decided ones, the figures speak for a step. A person decides, and weighs gravity and intention, which no figure shows (Art. 23).`;
      list.replaceChildren(...members.map((member) => this.#cardOf(member)));
      byId("download-misuse").hidden = members.length === 0;
      byId("no-misuse").hidden = members.length > 0;
      byId("no-misuse").textContent = `No manifestly unfounded notice in the last three months.${this.#mayStep ? " To count one, reject its case and mark it as manifestly unfounded." : ""}`;
    });
    list.setAttribute("aria-busy", "false");
  }

  #cardOf(member) {
    const { member_id: id, name, decided, unfounded, share: part, unfounded_since_warning: since, warned_at: warned, suspended_until: until, proposal } = member;
    const words = `${unfounded.toLocaleString("en-GB")} of ${decided.toLocaleString("en-GB")} decided notices were manifestly unfounded${part === null ? "" : ` (${share(part)})`}`;
    return element(
      "li",
      { class: "card" },
      element("h3", { dir: "auto" }, name ?? this.#nameOf(id)),
      element("p", {}, words, warned ? `, ${since.toLocaleString("en-GB")} of them after the warning of ` : "", warned ? timeOf(warned) : ""),
      element("p", {}, until ? pill({ title: "Suspended", tone: "counterfeit" }) : null, until ? " until " : null, until ? timeOf(until) : null, until ? null : pill({ title: PROPOSALS[proposal], tone: proposal === "nothing" ? "none" : "review" })),
      this.#mayStep && name !== null ? element("div", { class: "actions" }, this.#kindsFor(member).map((kind) => element("button", { type: "button", click: () => this.#ask(member, kind) }, `${kind === "lifting" ? "Lift the suspension" : ASKED[kind].title} …`))) : null,
    );
  }

  #kindsFor({ warned_at: warned, suspended_until: until }) {
    return ["warning", warned && !until && "suspension", until && "lifting"].filter(Boolean);
  }

  async #ask({ member_id: id, name }, kind) {
    const { title, ...asked } = ASKED[kind];
    const key = newIdempotencyKey(); // one for all tries of this dialog
    const send = ({ words, number }) => postJson(`/v1/members/${encodeURIComponent(id)}/misuse-steps`, { kind, reason: words, ...(number === null ? {} : { days: number }) }, { "Idempotency-Key": key });
    const made = await askDuty({ title: `${title} ${name}`, label: "Why: the member reads it", ...asked }, send);
    if (!made) return;
    await this.read();
    announce(`${STEPS[kind].title}: ${name}`);
    byId("steps-rows").querySelector("summary")?.focus();
  }
}

function rowOf({ member_id: id, kind, at, until, lifted_at: lifted, reason, decided, unfounded }, nameOf) {
  const link = element("summary", { class: "opens" }, element("span", { class: "row-listing", dir: "auto" }, nameOf(id)), pill(STEPS[kind]), element("span", { class: "row-soft" }, timeOf(at), ...(until ? [", until ", timeOf(until)] : []), ...(lifted ? [", lifted ", timeOf(lifted)] : [])));
  const details = element(
    "details",
    { class: "standing-row" },
    link,
    element("p", { class: "duty-text", dir: "auto" }, reason),
    element("p", { class: "row-soft" }, `In the three months before, ${unfounded.toLocaleString("en-GB")} of ${decided.toLocaleString("en-GB")} decided notices were manifestly unfounded.`),
  );
  return { link, root: element("li", { class: "row" }, details) };
}
