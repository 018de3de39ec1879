/** How far a job is: a bar of its parts, their counts, and what is left, in words. */

import { element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";

const PARTS = [
  ["genuine", "Consistent with genuine", "tone-genuine"],
  ["counterfeit", "Looks counterfeit", "tone-counterfeit"],
  ["review", "A person should look", "tone-review"],
  ["insufficient", "The photos don’t show enough", "tone-insufficient"],
  ["unsupported", "Not a known product", "tone-unsupported"],
  ["parked", "Could not be judged", "part-parked"],
  ["cancelled", "Cancelled", "part-cancelled"],
];

/** The bar and the counts of a job. */
export function progressOf(job) {
  const parts = partsOf(job);
  const done = job.lines - job.left;
  const bar = element(
    "div",
    {
      class: "job-bar", role: "progressbar", "aria-label": "Listings that are done", "aria-valuemin": 0, "aria-valuemax": job.lines,
      "aria-valuenow": done, "aria-valuetext": `${done} of ${counted(job.lines, "listing")}`,
    },
    parts.filter(({ part }) => part !== "left").map(({ part, count }) => partOfBar(part, count, job)),
  );
  const counts = element(
    "dl",
    { class: "job-counts" },
    parts.map(({ title, look, count }) =>
      element("div", { class: look }, element("dt", {}, title), element("dd", {}, count.toLocaleString("en-GB"))),
    ),
  );
  return [bar, counts];
}

/** What is left of a job and about how long it takes, or how it ended. */
export function leftWords(job) {
  if (job.state === "receiving") return "Its listings still arrive.";
  if (!job.left) return job.state === "cancelled" ? "Cancelled." : "Completed.";
  if (job.held) return `Held: ${job.left.toLocaleString("en-GB")} of ${job.lines.toLocaleString("en-GB")} left, and none begins, since the key that sent the job was revoked. Continue it with your key, or cancel it.`;
  if (job.state === "cancelled") return `Cancelled; ${counted(job.left, "listing")} in hand still end${job.left === 1 ? "s" : ""}.`;
  const pace = job.seconds_left === null ? "" : `, about ${duration(job.seconds_left)} at ${Number(job.lines_per_s.toPrecision(2))} a second`;
  return `${job.left.toLocaleString("en-GB")} of ${job.lines.toLocaleString("en-GB")} left${pace}.`;
}

function partsOf({ counts, left }) {
  const all = { ...counts.outcomes, parked: counts.parked, cancelled: counts.cancelled };
  const found = PARTS.map(([part, title, look]) => ({ part, title, look, count: all[part] })).filter(({ count }) => count);
  return left ? [...found, { part: "left", title: "Left", look: "part-left", count: left }] : found;
}

function partOfBar(part, count, job) {
  const look = PARTS.find(([name]) => name === part)[2];
  const node = element("div", { class: `job-part ${look}` });
  node.style.width = `${(100 * count) / job.lines}%`;
  return node;
}

function duration(seconds) {
  if (seconds < 90) return counted(Math.max(1, Math.round(seconds)), "second");
  if (seconds < 5400) return counted(Math.round(seconds / 60), "minute");
  return counted(Math.round(seconds / 3600), "hour");
}
