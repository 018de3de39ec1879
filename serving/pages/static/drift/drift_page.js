/** Drift: each bundle's latest window of checks beside its validation, measure by measure. */

import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted, moment, smallNumber } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { showProblem } from "../shared/problem_box.js";
import { measureName, psiMeaning } from "../shared/wording.js";
import { shareChart } from "./drift_chart.js";

wireKeys();
wireForgetting();
start();

async function start() {
  const root = byId("drift");
  try {
    const { bundles } = await getJson("/v1/drift");
    root.replaceChildren(...(bundles.length ? bundles.map(bundleSection) : nothingSeen()));
  } catch (problem) {
    root.replaceChildren();
    showProblem(byId("drift-problem"), problem);
  } finally {
    root.setAttribute("aria-busy", "false");
  }
}

/** A key of a member sees no bundle that judges products of others too: its figures would tell of theirs. */
function nothingSeen() {
  return [element("h2", {}, "No bundle to show"), element("p", { class: "drift-state" }, "A bundle’s drift is shown to the operator, and to a member whose products are all that it judges.")];
}

function bundleSection(drift) {
  const { bundle, windows } = drift;
  return element(
    "section",
    { class: "drift-bundle" },
    element("h2", {}, `${bundle.name} `, element("span", { class: "drift-version" }, `${bundle.version}, ${bundle.graph}`)),
    ...(drift.validation_listings === null ? noSample() : [stateOf(drift), openWindow(drift)]),
    ...(windows.length ? [measureTable(windows[0], drift), earlier(windows)] : []),
  );
}

function noSample() {
  const hint =
    "This bundle has no validation sample, so nothing can be compared with it. It was trained by an older version: train it again to have one.";
  return [element("p", { class: "drift-state" }, hint)];
}

function stateOf({ windows, measures, false_alarms_per_window: rate }) {
  if (!windows.length) return element("p", { class: "drift-state" }, "No window is full yet, so nothing was tested.");
  const [latest] = windows;
  const shifted = latest.measures.filter((measure) => measure.shifted).map(({ measure }) => measureName(measure));
  const text = latest.alarm ? `Drift detected: ${shifted.join(", ")}` : "No drift detected";
  const chance = `The test is set so that without drift at most ${smallNumber(rate * 100)} % of windows raise an alarm, over all ${measures.length} measures.`;
  return element(
    "div",
    { class: `drift-state ${latest.alarm ? "tone-review" : "tone-genuine"}` },
    element("p", { class: "drift-verdict" }, text),
    element("p", { class: "drift-soft" }, `${windowWords(latest)}. ${chance}`),
  );
}

function windowWords({ listings, seen, closed_at: closed }) {
  return `${counted(listings, "listing")} ${seen > listings ? `of ${seen}, ` : ""}until ${moment(closed)}`;
}

function openWindow({ filled, window_listings: size, window_s: seconds, validation_listings: validation }) {
  const lasts = seconds >= 60 ? `, and lasts at least ${Math.round(seconds / 60)} minutes` : "";
  return element(
    "p",
    { class: "drift-soft" },
    `The open window has ${filled} of ${size} listings${lasts}. The validation sample has ${counted(validation, "listing")} held out from training.`,
  );
}

function measureTable(window, { false_alarms_per_window: rate, measures }) {
  const heads = ["Measure", "Validation and now", "Shift (PSI)", "p-value"];
  return element(
    "div",
    { class: "drift-scroll", tabindex: "0", role: "group", "aria-label": "The latest window, measure by measure" },
    element(
      "table",
      { class: "drift-table" },
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...window.measures.map(measureRow)),
    ),
    element(
      "p",
      { class: "drift-soft drift-key" },
      element("span", { class: "key-validation" }, "validation"),
      element("span", { class: "key-window" }, "latest window"),
      ` Bins of equal validation share, small values left. A p-value below ${smallNumber(rate / measures.length)} raises the alarm.`,
    ),
  );
}

function measureRow(measure) {
  return element(
    "tr",
    { class: measure.shifted ? "shifted tone-review" : null },
    element("th", { scope: "row" }, measureName(measure.measure), measure.shifted ? element("span", { class: "drift-mark" }, "shifted") : null),
    element("td", {}, shareChart(measure)),
    element(
      "td",
      {},
      element("span", { class: "drift-number" }, measure.psi.toFixed(2)),
      element("span", { class: "drift-soft" }, ` ${measure.shifted ? `${psiMeaning(measure.psi)}; ` : ""}${measure.psi_by_chance.toFixed(2)} by chance`),
    ),
    element("td", { class: "drift-number" }, smallNumber(measure.p_value)),
  );
}

function earlier(windows) {
  return element(
    "details",
    { class: "drift-earlier" },
    element("summary", { class: "opens" }, `The latest ${counted(windows.length, "window")}: ${counted(windows.filter(({ alarm }) => alarm).length, "alarm")}`),
    element("ol", {}, ...windows.map((window) => element("li", { class: window.alarm ? "tone-review" : null }, `${windowWords(window)}: ${shiftedNames(window)}`))),
  );
}

function shiftedNames({ measures }) {
  return measures.filter(({ shifted }) => shifted).map(({ measure }) => measureName(measure)).join(", ") || "no drift";
}
