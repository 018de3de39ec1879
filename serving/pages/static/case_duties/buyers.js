/** What the buyers of a case's listings are to be informed of, and that it was done. */

import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { moment, shownName } from "../shared/formatting.js";
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
    element("h2", { id: "buyers-title" }, "Inform the buyers"),
    element("p", {}, "Whoever bought from these listings since ", element("time", { datetime: notice.bought_since, title: notice.bought_since }, moment(notice.bought_since)), " is to be informed. You have the buyers; this server holds none of their data."),
    element("ul", { class: "duty-list" }, notice.listings.map(({ listing_id: listing, seller_id: seller, url }) => element("li", { dir: "auto" }, shownName([listing ?? url ?? "No listing id", seller && `seller ${seller}`].filter(Boolean).join(", "))))),
    element("p", { class: "duty-text", dir: "auto" }, notice.text),
    notice.recorded_at ? element("p", {}, element("span", { class: "pill tone-none" }, "Done"), ` ${doneWords(notice)}`) : element("div", { class: "actions" }, element("button", { type: "button", click: () => record(path, changed) }, "Record that they were informed …")),
  );
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
  const count = buyers === null ? "" : `, ${buyers.toLocaleString("en-GB")} buyers`;
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
