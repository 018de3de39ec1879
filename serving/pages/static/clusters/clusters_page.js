/** The list of clusters of sellers, largest first: pages by cursor, order, a download, and keys. */

import { AddressForm, apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted, moment, productName } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { KINDS, sizeWords } from "./cluster_words.js";

const order = new AddressForm(byId("order"), () => readPage(null));
const list = byId("rows");
let links = [];
let nextCursor = null;
let reading = 0; // number of the latest request, so that the answer to an earlier order is dropped

wireKeys();
wireForgetting();
bindKeys({ j: () => step(1), k: () => step(-1) });
byId("older").addEventListener("click", () => readPage(nextCursor));
byId("download").addEventListener("click", () =>
  attempt(byId("list-problem"), async () => {
    await downloadFile(`/v1/clusters.csv?${apiQuery(order.query)}`, "clusters.csv");
    announce("The list was downloaded as clusters.csv.");
  }),
);
order.readAddress();
readPage(null);

async function readPage(cursor) {
  const turn = ++reading;
  clearProblem(byId("list-problem"));
  list.setAttribute("aria-busy", "true");
  try {
    const page = await getJson(`/v1/clusters?${apiQuery(order.query, cursor)}`);
    if (turn === reading) show(page, cursor !== null);
  } catch (problem) {
    if (turn === reading) showProblem(byId("list-problem"), problem);
  } finally {
    if (turn === reading) list.setAttribute("aria-busy", "false");
  }
}

function show({ clusters, currencies, next_cursor: next }, isMore) {
  offerCurrencies(currencies);
  const rows = clusters.map(rowOf);
  if (isMore) list.append(...rows);
  else list.replaceChildren(...rows);
  links = [...list.querySelectorAll("a")];
  nextCursor = next;
  byId("older").hidden = !next;
  byId("download").hidden = byId("order").hidden = !links.length;
  byId("empty").hidden = links.length > 0;
  byId("list-count").textContent = links.length ? `${counted(links.length, "cluster")}${next ? " so far" : ""}` : "";
  if (isMore) rows[0]?.querySelector("a").focus();
}

function offerCurrencies(currencies) {
  const select = byId("order-currency");
  const known = new Set([...select.options].map(({ value }) => value));
  select.append(...currencies.filter((currency) => !known.has(currency)).map((value) => element("option", { value }, value)));
  byId("currency-field").hidden = byId("order-sort").value !== "value" || !currencies.length;
}

function rowOf(cluster) {
  return element(
    "li",
    { class: "row" },
    element(
      "a",
      { class: "cluster-row", href: `/clusters/${encodeURIComponent(cluster.cluster_id)}` },
      element("span", { class: "row-listing" }, sizeWords(cluster)),
      element("span", { class: "row-cell" }, element("span", {}, `Share ${cluster.kinds.map((kind) => KINDS[kind]).join(", ")}`), element("span", { class: "row-soft" }, cluster.products.map(productName).join(", "))),
      element("span", { class: "row-soft" }, `Checked from ${moment(cluster.first_check_at)} to ${moment(cluster.last_check_at)}`),
    ),
  );
}

function step(by) {
  const at = links.indexOf(document.activeElement) + by;
  if (at === links.length && nextCursor) byId("older").click();
  else links[Math.max(at, 0)]?.focus();
}
