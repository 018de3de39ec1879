/** The public figures of one quarter, or the draft of them that the operator sees. */

import { isOperatorWith } from "../admin/caller.js";
import { addressOf, namedIn } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { wireEntering, wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { moment, sentence } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { publish, withdraw } from "./publishing.js";
import { reportBody } from "./report_body.js";
import { quarterName } from "./report_words.js";

const quarter = namedIn(location.pathname);
const path = `/v1/transparency/${encodeURIComponent(quarter)}`;
const asked = new URLSearchParams(location.search);

wireKeys();
wireEntering();
wireForgetting();
read();

async function read() {
  clearProblem(byId("report-problem"));
  try {
    await show(asked.has("draft") ? await getJson(`${path}/draft`) : await readPublished());
  } catch (problem) {
    if (problem.status === 404 || problem.status === 422) showMissing(problem);
    else showProblem(byId("report-problem"), problem);
  } finally {
    byId("report").setAttribute("aria-busy", "false");
  }
}

/** What is published; where nothing is, the operator gets the draft. */
async function readPublished() {
  const version = asked.get("version");
  try {
    return await getJson(version ? `${path}?version=${encodeURIComponent(version)}` : path);
  } catch (problem) {
    if (problem.code !== "report_not_found" || version || !(await isOperatorWith("read"))) throw problem;
    return getJson(`${path}/draft`);
  }
}

async function show(report) {
  document.title = `Public figures, ${report.quarter} · Touchstone`;
  const heading = element("h1", { tabindex: "-1" }, quarterName(report.quarter));
  byId("report").replaceChildren(
    element("div", { class: "admin-head" }, heading, element("div", { class: "actions no-print", id: "report-actions" }, report.version === null ? [] : filesOf(report))),
    element("p", { class: "admin-lead" }, aboutOf(report)),
    ...reportBody(report),
  );
  if (await isOperatorWith("cases")) byId("report-actions").append(...operatorActions(report));
  return heading;
}

function aboutOf(report) {
  const span = `Takedown requests that were received from ${report.since.slice(0, 10)} until before ${report.until.slice(0, 10)} (UTC), as they stood on ${moment(report.computed_at)}.`;
  if (report.version === null) return [element("strong", { class: "report-draft" }, "Draft: not published. Only the operator sees it. "), span];
  const earlier = Array.from({ length: report.version - 1 }, (_, index) => [" ", element("a", { href: `/transparency/${report.quarter}?version=${index + 1}` }, `Version ${index + 1}`)]).flat();
  return [`${span} Version ${report.version}, published ${moment(report.published_at)}. It never changes.`, ...(earlier.length ? [" Earlier:", ...earlier] : [])];
}

function filesOf(report) {
  const links = ["csv", "pdf"].map((format) => {
    const file = `${path}.${format}?version=${report.version}`;
    const keep = (event) => {
      event.preventDefault(); // a link that fails would leave the page for the server's JSON
      attempt(byId("report-problem"), async () => {
        await downloadFile(file, `transparency-${report.quarter}.${format}`);
        announce(`Downloaded as ${format.toUpperCase()}.`);
      });
    };
    return element("a", { class: "button", href: file, click: keep }, format.toUpperCase());
  });
  return [...links, element("button", { type: "button", click: () => window.print() }, "Print")];
}

function operatorActions(report) {
  if (report.version === null) {
    const isOver = new Date(report.until) <= new Date();
    if (!isOver) return [element("p", { class: "row-soft" }, `Can be published after ${report.until.slice(0, 10)}.`)];
    return [element("button", { type: "button", class: "primary", click: async () => done(await publish(report), "The figures are public now.") }, "Publish …")];
  }
  return [
    element("a", { class: "button", href: `/transparency/${report.quarter}?draft=true` }, "As they are now"),
    element("button", { type: "button", click: async () => ((await withdraw(report)) ? location.assign(addressOf("/transparency")) : null) }, "Withdraw …"),
  ];
}

async function done(report, words) {
  if (report === null) return;
  history.replaceState(null, "", location.pathname);
  const heading = await show(report);
  announce(words);
  heading.focus();
}

function showMissing(problem) {
  document.title = "No such figures · Touchstone";
  const words = problem.code === "report_not_found" ? "No figures of this quarter are published." : sentence(problem.detail);
  byId("report").replaceChildren(element("div", { class: "empty" }, element("h1", {}, problem.title), element("p", {}, words), element("a", { class: "button", href: "/transparency" }, "See what is published")));
}
