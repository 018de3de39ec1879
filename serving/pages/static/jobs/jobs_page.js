/** The jobs, newest first; those that run are read again every moment. */

import { getJson, postFile } from "../shared/api.js";
import { announce } from "../shared/announcer.js";
import { wireForgetting } from "../shared/api_key.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId } from "../shared/element.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { JobPanel } from "./job_panel.js";

const PAUSE_MS = 1500;
const panels = new Map();
let nextCursor = null;
let timer = null;

wireKeys();
wireForgetting();
byId("job-form").addEventListener("submit", sendJob);
byId("older-jobs").addEventListener("click", showOlder);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
refresh();

async function refresh() {
  clearTimeout(timer);
  clearProblem(byId("jobs-problem"));
  try {
    const { jobs, next_cursor: cursor } = await getJson("/v1/jobs");
    if (nextCursor === null) setCursor(cursor);
    for (const job of jobs.toReversed()) showFirst(job);
    const listed = new Set(jobs.map((job) => job.job_id));
    const others = [...panels.values()].filter((panel) => panel.runs && !listed.has(panel.jobId));
    await Promise.all(others.map(async (panel) => panel.show(await getJson(`/v1/jobs/${panel.jobId}`))));
  } catch (problem) {
    showProblem(byId("jobs-problem"), problem);
  }
  byId("jobs").querySelector(".loading")?.remove();
  byId("jobs").setAttribute("aria-busy", "false");
  byId("jobs-empty").hidden = panels.size > 0;
  if ([...panels.values()].some((panel) => panel.runs) && !document.hidden) timer = setTimeout(refresh, PAUSE_MS);
}

/** Show a job of the first page; one that is new stands above all others. */
function showFirst(job) {
  const panel = panels.get(job.job_id);
  if (panel) panel.show(job);
  else byId("jobs").prepend(panelOf(job).root);
}

function panelOf(job) {
  const panel = new JobPanel(job, (deleted) => {
    if (deleted) panels.delete(deleted);
    refresh();
  });
  panels.set(job.job_id, panel);
  return panel;
}

async function showOlder() {
  try {
    const { jobs, next_cursor: cursor } = await getJson(`/v1/jobs?cursor=${encodeURIComponent(nextCursor)}`);
    byId("jobs").append(...jobs.filter((job) => !panels.has(job.job_id)).map((job) => panelOf(job).root));
    setCursor(cursor);
  } catch (problem) {
    showProblem(byId("jobs-problem"), problem);
  }
}

function setCursor(cursor) {
  nextCursor = cursor;
  byId("older-jobs").hidden = cursor === null;
}

async function sendJob(event) {
  event.preventDefault();
  const [file] = byId("job-file").files;
  const name = byId("job-name").value.trim() || file.name;
  const send = async () => {
    const kind = file.name.toLowerCase().endsWith(".csv") ? "text/csv" : "application/x-ndjson";
    const headers = { "Content-Type": kind, "Idempotency-Key": newIdempotencyKey() };
    showFirst(await postFile(`/v1/jobs?name=${encodeURIComponent(name.slice(0, 200))}`, file, headers));
    announce(`${name} was sent.`);
    byId("job-form").reset();
    await refresh();
  };
  await whileBusy(byId("job-send"), "Sending…", () => attempt(byId("job-form-problem"), send));
}
