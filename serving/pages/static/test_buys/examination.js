/** The examination of a purchase: its findings by the product's checklist, and the form that records them. */

import { postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { counted, productName } from "../shared/formatting.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { RESULTS } from "./buy_words.js";
import { offerReading } from "./changed_meanwhile.js";
import { editChecklist } from "./checklist_editor.js";
import { PointForm } from "./point_form.js";

export class Examination {
  #found;
  #checklist;
  #photos;
  #moved;
  #readAgain;
  #forms = [];
  #reason = null;
  #key = newIdempotencyKey(); // one for all tries of what is typed here
  #problem = element("div", { class: "problem", role: "alert", hidden: true });
  #body = element("div", { class: "examination" });

  /** `typed` is what an earlier form held; `moved(buy)` and `readAgain()` show the test buy as it is then. */
  constructor({ found, checklist, photos, typed, moved, readAgain }) {
    this.#found = found;
    this.#checklist = checklist;
    this.#photos = photos;
    this.#moved = moved;
    this.#readAgain = readAgain;
    this.root = element("section", { class: "case-part", "aria-labelledby": "examination-title" }, element("h2", { id: "examination-title" }, "The examination"), this.#body);
    const mayExamine = found.allowed_moves.includes("examined");
    if (checklist === null) this.#showNone();
    else if (mayExamine && (found.state === "received" || typed !== null)) this.#showForm(typed);
    else this.#showFindings(mayExamine);
  }

  /** What is typed into the form, to be shown again; null where there is no form. */
  get typed() {
    if (!this.#forms.length) return null;
    return { findings: this.#forms.map((form) => form.finding), reason: this.#reason?.value ?? "" };
  }

  #showNone() {
    this.#body.replaceChildren(
      element("p", { class: "buy-none" }, `${productName(this.#found.product)} has no checklist yet. An examination goes by one: what to look at, and what a genuine item shows.`),
      element("button", { type: "button", "aria-haspopup": "dialog", click: () => this.#edit() }, "Make the checklist"),
    );
  }

  #showFindings(mayExamine) {
    const { version, points } = this.#checklist;
    const found = new Map(this.#found.findings.map((finding) => [finding.point_id, finding]));
    const lead = found.size ? `By version ${version} of the checklist` : `It will be examined by the product’s checklist, now version ${version}`;
    this.#body.replaceChildren(
      element("p", { class: "row-soft" }, `${lead}, ${counted(points.length, "point")}.`),
      element("ol", { class: "points" }, points.map((point) => this.#pointOf(point, found.get(point.point_id)))),
      element(
        "div",
        { class: "actions" },
        mayExamine && found.size ? element("button", { type: "button", click: () => this.#takeBack() }, "Take the outcome back") : null,
        found.size ? null : this.#editButton(),
      ),
    );
  }

  #pointOf(point, finding) {
    const { title, tone } = RESULTS[finding?.result] ?? {};
    return element(
      "li",
      { class: "point" },
      element("p", { dir: "auto" }, point.text),
      element("p", { class: "row-soft" }, title ? element("span", { class: `pill tone-${tone}` }, title) : null, point.decisive ? " Decisive: a genuine item passes it" : ""),
      finding?.note ? element("p", { dir: "auto", class: "case-text" }, finding.note) : null,
      finding ? this.#photos.of(point, this.#found.state === "examined") : null,
    );
  }

  #takeBack() {
    this.#showForm({ findings: this.#found.findings, reason: "" });
    this.#forms[0].focus();
  }

  #showForm(typed) {
    const { version, points } = this.#checklist;
    const isAgain = this.#found.state !== "received";
    const known = new Map((typed?.findings ?? []).map((finding) => [finding.point_id, finding]));
    this.#forms = points.map((point) => new PointForm(point, known.get(point.point_id) ?? null, this.#photos.of(point, true)));
    this.#reason = isAgain ? element("textarea", { id: "examination-reason", maxlength: 5000, rows: 2, required: true }) : null;
    if (this.#reason) this.#reason.value = typed?.reason ?? "";
    const form = element(
      "form",
      { class: "examination-form", submit: (event) => (event.preventDefault(), this.#send()) },
      element("p", { class: "row-soft" }, `By version ${version} of the checklist. Each point needs a finding; what can’t be looked at is “not checked”.`),
      element("ol", { class: "points" }, this.#forms.map(({ root }) => root)),
      this.#reason ? element("div", { class: "field" }, element("label", { for: "examination-reason" }, "Why the outcome is taken back"), this.#reason) : null,
      this.#problem,
      element("div", { class: "actions" }, element("button", { type: "submit", class: "primary" }, isAgain ? "Take back and record again" : "Record the examination"), isAgain ? null : this.#editButton()),
    );
    this.#body.replaceChildren(form);
  }

  #editButton() {
    return element("button", { type: "button", class: "quiet", "aria-haspopup": "dialog", click: () => this.#edit() }, "Change the checklist");
  }

  async #edit() {
    if (await editChecklist(this.#found.product, this.#checklist)) this.#readAgain();
  }

  async #send() {
    const { findings, reason } = this.typed;
    const sent = { to: "examined", version: this.#found.version, findings, reason: reason.trim() };
    clearProblem(this.#problem);
    try {
      this.#moved(await postJson(`/v1/test-buys/${encodeURIComponent(this.#found.buy_id)}/moves`, sent, { "Idempotency-Key": this.#key }));
    } catch (problem) {
      this.#key = problem.status >= 400 && problem.status < 500 ? newIdempotencyKey() : this.#key; // refused: what is typed next is another try
      showProblem(this.#problem, problem);
      offerReading(this.#problem, problem, this.#readAgain);
    }
  }
}
