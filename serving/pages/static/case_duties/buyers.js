/** What the buyers of a case's listings are to be informed of, and that it was done. */

import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { counted, moment, shownName } from "../shared/formatting.js";
import { askDuty } from "./duty_dialog.js";

const WAYS = [
  ["individually", "Each buyer was informed"],
  ["publicly", "Publicly, since no contacts are known"],
];

/** The section; null where no buyers are to be informed. `changed()` is called when it was recorded. */
export async function buyersOf(found, changed) {
  const path = `/v1/cases/${encodeURIComponent(found.case_id)}/buyers-notice`;
  const notice = await readNotice(path);
  if (notice === null) return null;
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "buyers-title" },
    element("h2", { id: "buyers-title", tabindex: "-1" }, "Inform the buyers"),
    ...(notice.listings.length ? leftParts(notice) : []),
    notice.informed_before.length ? element("p", {}, "Whose buyers were informed with other cases, and are not to be informed again:") : null,
    notice.informed_before.length ? element("ul", { class: "duty-list" }, notice.informed_before.map((listing) => listingItem(listing, notice))) : null,
    stateOf(notice, path, changed),
  );
}

function leftParts(notice) {
  return [
    element("p", {}, "Whoever bought from these listings between ", time(notice.bought_since), " and the decision of ", time(notice.aware_at), " is to be informed. You have the buyers; this server holds none of their data."),
    element("ul", { class: "duty-list" }, notice.listings.map((listing) => listingItem(listing, notice))),
    element("p", { class: "duty-text", dir: "auto" }, notice.text),
  ];
}

function listingItem(listing, notice) {
  const { bought_since: since, bought_until: until } = listing;
  const isShorter = since !== null && (since !== notice.bought_since || until !== notice.aware_at);
  return element(
    "li",
    { dir: "auto" },
    shownName([listing.listing_id ?? listing.url ?? "No listing id", listing.seller_id && `seller ${listing.seller_id}`].filter(Boolean).join(", ")),
    isShorter ? [": bought between ", time(since), " and ", time(until)] : null,
    casesNote(since === null ? ": informed with " : "; others were informed with ", listing.informed_with),
    casesNote("; also to be informed with ", listing.due_with, ": inform and record for one case before you begin with the next"),
  );
}

function casesNote(before, cases, after = "") {
  if (!cases.length) return null;
  const links = cases.map((id, index) => element("a", { href: `/cases/${encodeURIComponent(id)}` }, cases.length > 1 ? `case ${index + 1}` : "another case"));
  return [before, ...links.flatMap((link, index) => (index ? [", ", link] : [link])), after];
}

function stateOf(notice, path, changed) {
  if (notice.recorded_at) return element("p", {}, element("span", { class: "pill tone-none" }, "Done"), ` ${doneWords(notice)}`);
  if (!notice.listings.length) return element("p", {}, element("span", { class: "pill tone-none" }, "Done"), " Nobody is left to be informed.");
  return element("div", { class: "actions" }, element("button", { type: "button", click: () => record(path, changed) }, "Record that they were informed …"));
}

function time(at) {
  return element("time", { datetime: at, title: at }, moment(at));
}

async function readNotice(path) {
  try {
    return await getJson(path);
  } catch (problem) {
    if (problem.code === "buyers_notice_not_due") return null;
    throw problem;
  }
}

function doneWords({ recorded_at: at, way, buyers }) {
  const count = buyers === null ? "" : `, ${counted(buyers, "buyer")}`;
  return `${way === "publicly" ? "Publicly" : "Individually"}${count}, recorded ${moment(at)}`;
}

async function record(path, changed) {
  const made = await askDuty(
    { title: "The buyers were informed", meaning: "The first record stays; it is in the audit log.", choiceLabel: "How", choices: WAYS, numberLabel: "How many buyers, where you know it", verb: "Record it" },
    ({ choice, number }) => postJson(path, { way: choice, buyers: number }),
  );
  if (!made) return;
  announce("It was recorded that the buyers were informed.");
  changed();
}
