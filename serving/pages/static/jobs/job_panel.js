/** One job: its progress, its failures, and what can be done with it. */

import { deleteAt, downloadFile, getText, postJson } from "../shared/api.js";
import { announce } from "../shared/announcer.js";
import { element } from "../shared/element.js";
import { counted, moment, sentence, shownName } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { leftWords, progressOf } from "./job_progress.js";

const FAILURES_SHOWN = 50;

export class JobPanel {
  /** `onChange` is called when something was done here that changes how the job goes on. */
  constructor(job, onChange) {
    this.jobId = job.job_id;
    this.onChange = onChange;
    this.progress = element("div", { class: "job-progress" });
    this.left = element("p", { class: "job-left" });
    this.actions = element("div", { class: "actions" });
    this.problem = element("div", { class: "problem", role: "alert", hidden: true });
    this.failures = element("details", { class: "job-failures", hidden: true, toggle: () => this.showFailures() });
    this.title = element("h2", { tabindex: "-1" }, job.name ?? `Job of ${moment(job.created_at)}`);
    const facts = element("p", {}, `${counted(job.lines, "listing")}, sent ${moment(job.created_at)} by ${job.created_by}`);
    this.root = element(
      "section",
      { class: "job", "aria-label": this.title.textContent },
      element("div", { class: "job-head" }, this.title, facts),
      this.progress, this.left, this.problem, this.failures, this.actions,
    );
    this.show(job);
  }

  /** Whether the job may still change by itself. */
  get runs() {
    return this.job.completed_at === null;
  }

  /** Show how far the job is now. */
  show(job) {
    const before = this.job;
    this.job = job;
    if (JSON.stringify(before) === JSON.stringify(job)) return;
    this.progress.replaceChildren(...progressOf(job));
    this.left.textContent = leftWords(job);
    if (before && before.completed_at === null && job.completed_at !== null) announce(`${this.title.textContent}: ${leftWords(job)}`);
    this.showActions();
    this.failures.hidden = job.counts.parked === 0;
    if (before?.counts.parked !== job.counts.parked) this.showFailures();
  }

  showActions() {
    const { state, held, counts, completed_at: completedAt } = this.job;
    const wanted = [
      state === "running" && ["cancel", "Cancel", () => this.act("cancel")],
      held && ["continue", "Continue with your key", () => this.act("replay", { lines: [] })],
      counts.parked > 0 && !held && state !== "cancelled" && ["replay", `Judge ${counted(counts.parked, "failed listing")} again`, () => this.act("replay")],
      counts.judged + counts.parked > 0 && ["results", "Download results", () => this.download()],
      completedAt !== null && ["delete", "Delete job", () => this.remove()],
    ].filter(Boolean);
    const names = wanted.map(([name, label]) => `${name} ${label}`).join();
    if (this.shownActions === names) return; // a button that is replaced loses its focus
    this.shownActions = names;
    const focused = this.actions.querySelector(":focus")?.dataset.action;
    this.actions.replaceChildren(
      ...wanted.map(([name, label, click]) => element("button", { type: "button", "data-action": name, click, class: name === "delete" ? "quiet" : null }, label)),
    );
    if (focused) (this.actions.querySelector(`[data-action="${focused}"]`) ?? this.title).focus();
  }

  async act(action, body = {}) {
    await attempt(this.problem, async () => this.show(await postJson(`/v1/jobs/${this.jobId}/${action}`, body)));
    this.onChange();
  }

  async download() {
    await attempt(this.problem, () => downloadFile(`/v1/jobs/${this.jobId}/results`, `${this.jobId}.jsonl`));
  }

  async remove() {
    await attempt(this.problem, async () => {
      await deleteAt(`/v1/jobs/${this.jobId}`);
      this.root.remove();
      this.onChange(this.jobId);
    });
  }

  async showFailures() {
    const { counts } = this.job;
    const summary = element("summary", {}, `${counted(counts.parked, "listing")} could not be judged`);
    if (!this.failures.open) {
      this.failures.replaceChildren(summary);
      return;
    }
    await attempt(this.problem, async () => {
      const text = await getText(`/v1/jobs/${this.jobId}/results?state=parked&limit=${FAILURES_SHOWN}`);
      const found = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      const more = counts.parked - found.length;
      this.failures.replaceChildren(
        summary,
        element("ol", {}, found.map(failureOf)),
        more > 0 ? element("p", { class: "job-left" }, `And ${more.toLocaleString("en-GB")} more; the results have all of them.`) : "",
      );
    });
  }
}

function failureOf({ line, listing_id: listingId, error }) {
  const name = listingId === null ? `Line ${line}` : `Line ${line}, ${shownName(listingId)}`;
  return element("li", {}, element("span", {}, name), element("div", {}, sentence(error.message), " ", element("code", {}, error.code)));
}
