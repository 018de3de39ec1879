/** What is known of a check beside its verdict: the listing as it was sent, and how it was judged. */

import { element } from "../shared/element.js";
import { counted, moment, productName, shownName } from "../shared/formatting.js";

const LONG = 200; // characters of an attribute that are shown at once

/** The section about a check; `kept` where the server stores it, and then it has an address. */
export function checkFacts(answer, kept) {
  const link = element("a", { href: `/checks/${encodeURIComponent(answer.check_id)}` }, answer.check_id);
  const rows = [
    ["Listing", shownName(answer.listing_id ?? "")],
    ["Seller", shownName(answer.seller_id ?? "")],
    ["Product", productName(answer.product)],
    ["Photos", counted(answer.photos.length, "photo")],
    ["Checked", `${moment(answer.created_at)}, in ${Math.round(answer.elapsed_ms)} ms`],
    ["Bundle", bundleLine(answer.bundle)],
    ["Check", kept ? link : answer.check_id],
  ];
  return element(
    "section",
    { "aria-labelledby": "facts-title" },
    element("h2", { id: "facts-title" }, "About this check"),
    facts(rows.filter(([, value]) => value)),
    named("Attributes of the listing", Object.entries(answer.attributes ?? {})),
    named("Where photos come from", sources(answer.photos)),
    element("p", { class: "caveat" }, "A judgement of what the photos show. It is never proof of what is in the box."),
  );
}

/** A bundle's name and graph, and its mark where it has one. */
function bundleLine({ name, version, graph, robustness }) {
  return `${name} ${version}, ${graph}${robustness === "beyond" ? ": hangs on more than the product" : ""}`;
}

/** The listing and its seller in one line, null where neither is known. */
export function listingLine({ listing_id, seller_id }) {
  const parts = [["Listing", listing_id], ["seller", seller_id]].filter(([, value]) => value);
  if (!parts.length) return null;
  const words = parts.flatMap(([word, value], at) => [at ? ", " : "", word, " ", element("bdi", {}, shownName(value))]);
  return element("p", { class: "listing-line" }, words);
}

/** Values that a caller sent, by name, below a heading; null without any. */
function named(heading, values) {
  if (!values.length) return null;
  const rows = values.map(([name, value]) => [element("bdi", {}, name), shown(value)]);
  return element("div", { class: "attributes" }, element("h3", {}, heading), facts(rows));
}

/** The URLs that photos were sent by; checks of earlier versions have none. */
function sources(photos) {
  return photos.filter(({ source_url }) => source_url).map(({ index, source_url }) => [`Photo ${index + 1}`, source_url]);
}

function facts(rows) {
  return element("dl", { class: "facts" }, rows.flatMap(([term, value]) => [element("dt", {}, term), element("dd", { dir: "auto" }, value)]));
}

/** An attribute as text; a web address is a link, and a long value is folded. */
function shown(value) {
  if (isWebAddress(value)) return element("a", { href: value, target: "_blank", rel: "noopener noreferrer nofollow" }, value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text.length <= LONG) return text;
  return element("details", {}, element("summary", {}, `${text.slice(0, LONG)}…`), text);
}

/** Whether a value is an http(s) address; one with a user name could look like another server's. */
function isWebAddress(value) {
  if (typeof value !== "string" || !/^https?:\/\/[^\s\\]+$/i.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return !username && !password;
}
