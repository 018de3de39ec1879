/** What can be done with a case: its moves, a question and its answer, and its evidence file. */

import { askIn } from "../admin/dialog.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { evidenceButtons } from "../shared/evidence_file.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { STATES } from "./case_words.js";

const UNFOUNDED = "manifestly_unfounded"; // the reason code that counts as misuse
const QUESTION = { title: "Ask the notifier", meaning: "The clock stops until the answer comes.", label: "Your question", verb: "Ask and stop the clock", needs: true };
const ANSWER = { title: "Answer the question", meaning: "The clock goes on with your answer.", label: "Your answer", verb: "Answer", needs: true };

export class CaseActions {
  #found;
  #moved;
  #problem = element("div", { class: "problem", role: "alert", hidden: true });

  /** `moved(case)` is called with the case as it is after a move. */
  constructor(found, moved) {
    this.#found = found;
    this.#moved = moved;
    const path = `/v1/cases/${encodeURIComponent(found.case_id)}`;
    const isUndecided = found.state === "received" || found.state === "in_review";
    const buttons = [
      ...found.allowed_moves.map((move, index) => element("button", { type: "button", class: index === 0 ? "primary" : null, click: () => this.#move(path, move) }, STATES[move.to].verb ?? STATES[move.to].title)),
      isUndecided && found.paused_since === null && !found.notifier_removed && this.#textButton("Ask the notifier", QUESTION, `${path}/question`),
      isUndecided && found.paused_since !== null && this.#textButton("Answer the question", ANSWER, `${path}/answer`),
      ...evidenceButtons(path, this.#problem),
    ];
    this.root = element("section", { class: "case-part", "aria-label": "What can be done" }, this.#problem, element("div", { class: "actions" }, buttons));
  }

  #textButton(words, dialog, path) {
    return element("button", { type: "button", click: () => this.#text(dialog, path) }, words);
  }

  async #move(path, { to, needs_reason: needs }) {
    const { verb, title, meaning } = STATES[to];
    const key = newIdempotencyKey(); // one for all tries of this dialog
    const code = () => (byId("move-unfounded").checked ? { reason_code: UNFOUNDED } : {});
    const send = (reason) => postJson(`${path}/moves`, { to, version: this.#found.version, reason, ...code() }, { "Idempotency-Key": key });
    const mayBeMisuse = to === "rejected" && this.#found.member_id !== null;
    await this.#ask({ title: verb ?? title, meaning, label: "Why: both sides read it", verb: verb ?? title, needs, mayBeMisuse }, send);
  }

  async #text(dialog, path) {
    await this.#ask(dialog, (text) => postJson(path, { text, version: this.#found.version }));
  }

  async #ask({ title, meaning, label, verb, needs, mayBeMisuse = false }, send) {
    byId("move-title").textContent = title;
    byId("move-meaning").textContent = meaning;
    byId("move-reason-label").textContent = label;
    byId("move-do").textContent = verb;
    byId("move-reason").value = "";
    byId("move-reason").required = needs;
    byId("move-unfounded-field").hidden = !mayBeMisuse;
    byId("move-unfounded").checked = false;
    const found = await askIn("move", () => send(byId("move-reason").value.trim()));
    if (found) this.#moved(found);
  }
}
