/** The list of clusters of sellers, largest first: its order, and keys. */

import { CursorList } from "../lists/cursor_list.js";
import { AddressForm, apiQuery } from "../shared/address_form.js";
import { downloadFile } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { moment, productName } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt } from "../shared/problem_box.js";
import { KINDS, sizeWords } from "./cluster_words.js";

const order = new AddressForm(byId("order"), () => list.read());
const list = new CursorList({
  noun: ["cluster", "clusters"],
  path: (cursor) => `/v1/clusters?${apiQuery(order.query, cursor)}`,
  rowsOf: ({ clusters }) => clusters.map(rowOf),
  csv: () => [`/v1/clusters.csv?${apiQuery(order.query)}`, "clusters.csv"],
  shown: pageShown,
});

wireKeys();
wireForgetting();
bindKeys(list.keys);
byId("download-removed").addEventListener("click", () => attempt(byId("list-problem"), () => downloadFile("/v1/removed-links.csv", "removed-links.csv")));
order.readAddress();
list.read();

function pageShown({ page }) {
  if (page) offerCurrencies(page.currencies);
  byId("order").hidden = !list.rows.length;
}

function offerCurrencies(currencies) {
  const select = byId("order-currency");
  const known = new Set([...select.options].map(({ value }) => value));
  select.append(...currencies.filter((currency) => !known.has(currency)).map((value) => element("option", { value }, value)));
  byId("currency-field").hidden = byId("order-sort").value !== "value" || !currencies.length;
}

function rowOf(cluster) {
  const link = element(
    "a",
    { class: "cluster-row", href: `/clusters/${encodeURIComponent(cluster.cluster_id)}` },
    element("span", { class: "row-listing" }, sizeWords(cluster)),
    element("span", { class: "row-cell" }, element("span", {}, `Share ${cluster.kinds.map((kind) => KINDS[kind]).join(", ")}`), element("span", { class: "row-soft" }, cluster.products.map(productName).join(", "))),
    element("span", { class: "row-soft" }, `Checked from ${moment(cluster.first_check_at)} to ${moment(cluster.last_check_at)}`),
  );
  return { link, root: element("li", { class: "row" }, link) };
}
