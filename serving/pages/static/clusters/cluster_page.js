/** One cluster: its picture, what is selected in it, its links with their reasons, and what can be done with it. */

import { namedIn } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { evidenceButtons } from "../shared/evidence_file.js";
import { counted, moment, productName, sentence } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { askForCases, askForRemoval, restore } from "./cluster_dialogs.js";
import { ClusterPicture } from "./cluster_picture.js";
import { sizeWords } from "./cluster_words.js";
import { LinkList } from "./link_list.js";
import { panelOf } from "./node_panel.js";
import { sellerList } from "./seller_list.js";

const path = `/v1/clusters/${encodeURIComponent(namedIn(location.pathname))}`;

wireKeys();
wireForgetting();
readCluster();

async function readCluster() {
  const problemBox = byId("cluster-problem");
  clearProblem(problemBox);
  try {
    show(await getJson(path));
  } catch (problem) {
    if (problem.status === 404) return showMissing(problem);
    byId("cluster").replaceChildren();
    showProblem(problemBox, problem);
  } finally {
    byId("cluster").setAttribute("aria-busy", "false");
  }
}

function show(cluster) {
  const title = sizeWords(cluster);
  document.title = `${title} · Touchstone`;
  const panel = element("aside", { class: "node-panel", "aria-label": "What is selected", "aria-live": "polite" });
  const links = new LinkList(cluster, { onPoint: (link) => picture.point(link), onRemove: (link) => remove(link) });
  const picture = new ClusterPicture(cluster, (node) => {
    panel.replaceChildren(...panelOf(cluster, node));
    links.showOf(node);
  });
  byId("cluster").replaceChildren(
    element("h1", { tabindex: "-1" }, title),
    element("p", { class: "admin-lead" }, `${cluster.products.map(productName).join(", ")}. Checked from ${moment(cluster.first_check_at)} to ${moment(cluster.last_check_at)}.`),
    actionsOf(),
    ...leftOutWords(cluster.left_out),
    element("div", { class: "cluster-view" }, picture.root, panel),
    sellerList(cluster, (key) => picture.select(key)),
    links.root,
  );
  picture.selectFirst();
}

function actionsOf() {
  const problemBox = element("div", { class: "problem", role: "alert", hidden: true });
  const download = (format) => attempt(problemBox, () => downloadFile(format === "csv" ? `${path}/report.csv` : `${path}/report`, `cluster-report.${format}`));
  return element(
    "div",
    {},
    problemBox,
    element(
      "div",
      { class: "actions" },
      element("button", { type: "button", class: "primary", "aria-haspopup": "dialog", click: () => openCases() }, "Open a case for all of it"),
      element("button", { type: "button", click: () => download("csv") }, "Report as CSV"),
      element("button", { type: "button", click: () => download("json") }, "Report as JSON"),
      ...evidenceButtons(path, problemBox),
    ),
  );
}

function leftOutWords(leftOut) {
  const left = Object.entries(leftOut).filter(([, count]) => count > 0);
  if (!left.length) return [];
  return [element("p", { class: "row-soft" }, `The picture leaves out ${left.map(([what, count]) => `${count.toLocaleString("en-GB")} ${what}`).join(", ")}; the report has all of them.`)];
}

function casesWords({ cases, left_out: leftOut }) {
  const of = leftOut ? "the rest of the cluster" : "the whole cluster";
  if (!cases.length) return "No case was opened";
  return cases.length === 1 ? `A case is open for ${of}` : `${cases.length} cases are open for ${of}`;
}

async function openCases() {
  const made = await askForCases(path);
  if (!made) return;
  const result = byId("cluster-result");
  result.hidden = false;
  result.replaceChildren(
    element("h2", { tabindex: "-1" }, casesWords(made)),
    ...(made.left_out ? [element("p", {}, `Left out: ${made.left_out.toLocaleString("en-GB")} of its listings, since a case that has not ended is about them already.`)] : []),
    element("ul", {}, made.cases.map(({ case_id: id, product, listing_count: count }) => element("li", {}, element("a", { href: `/cases/${encodeURIComponent(id)}` }, `${productName(product)}, ${counted(count, "listing")}`)))),
  );
  result.querySelector("h2").focus();
}

async function remove(link) {
  const removed = await askForRemoval(path, link);
  if (!removed) return;
  announce("The link was taken away.");
  const undo = element("button", { type: "button" }, "Undo");
  undo.addEventListener("click", () =>
    attempt(byId("cluster-problem"), async () => {
      await restore(removed);
      byId("cluster-result").hidden = true;
      await readCluster();
    }),
  );
  byId("cluster-result").hidden = false;
  byId("cluster-result").replaceChildren(element("h2", { tabindex: "-1" }, "The link was taken away"), element("p", {}, "The cluster is computed without it. Its reason is in the audit log."), undo);
  await readCluster();
  undo.focus();
}

function showMissing(problem) {
  document.title = "No such cluster · Touchstone";
  byId("cluster").replaceChildren(
    element("div", { class: "empty" }, element("h1", {}, problem.title), element("p", {}, sentence(problem.detail)), element("a", { class: "button", href: "/clusters" }, "See the clusters")),
  );
}
