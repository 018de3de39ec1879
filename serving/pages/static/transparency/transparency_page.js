/** The quarters whose public figures anyone may read, and to the operator those that are not published yet. */

import { isOperatorWith } from "../admin/caller.js";
import { getJson } from "../shared/api.js";
import { wireEntering, wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { attempt } from "../shared/problem_box.js";
import { countOf } from "./count_table.js";
import { latestQuarters, quarterName, SHARES } from "./report_words.js";
import { shareLine } from "./share_line.js";

const SHOWN = 8; // quarters with figures on the list; the others are links
const OFFERED = 5; // quarters not published yet, with the running one

wireKeys();
wireEntering();
wireForgetting();
attempt(byId("list-problem"), readList).finally(() => byId("quarters").setAttribute("aria-busy", "false"));

async function readList() {
  const { reports } = await getJson("/v1/transparency");
  byId("empty").hidden = reports.length > 0;
  const shown = await Promise.all(reports.slice(0, SHOWN).map(({ quarter }) => getJson(`/v1/transparency/${encodeURIComponent(quarter)}`)));
  byId("quarters").replaceChildren(...reports.map((listed, index) => quarterOf(listed, shown[index])));
  if (await isOperatorWith("read")) showDrafts(new Set(reports.map(({ quarter }) => quarter)));
}

function quarterOf({ quarter, version, published_at: at }, report) {
  return element(
    "li",
    { class: "quarter" },
    element("div", {}, element("h2", {}, element("a", { href: `/transparency/${quarter}` }, quarterName(quarter))), element("p", { class: "row-soft" }, `Version ${version}, published `, element("time", { datetime: at, title: at }, moment(at)))),
    report ? element("p", { class: "quarter-count" }, element("strong", {}, countOf(report.figures.tables.find(({ key }) => key === "requests_by_source").total)), " requests") : null,
    report ? element("div", { class: "quarter-share" }, element("p", { class: "row-soft" }, SHARES.in_time), ...shareLine(report.figures.shares.find(({ key }) => key === "in_time"))) : null,
  );
}

function showDrafts(published) {
  const waiting = latestQuarters(OFFERED).filter((quarter) => !published.has(quarter));
  byId("drafts").hidden = waiting.length === 0;
  byId("draft-list").replaceChildren(...waiting.map((quarter) => element("li", {}, element("a", { class: "button", href: `/transparency/${quarter}?draft=true` }, quarterName(quarter)))));
}
