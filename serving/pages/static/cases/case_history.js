/** What happened to a case, oldest first: its moves, and what both sides were informed of. */

import { element } from "../shared/element.js";
import { moment, shownName } from "../shared/formatting.js";
import { ACTORS, STATES } from "./case_words.js";
import { replaceLink } from "./seller_links.js";

const NOTICES = {
  receipt: "The receipt",
  decision: "The decision",
  forwarded: "The notice",
  question: "The question",
  declaration: "The seller’s declaration",
  reinstated: "The reinstatement",
  closed: "The end of the case",
};

const SAME_STATE = { question: "Question", answer: "Answer" }; // moves that change the clock alone

/** The section with moves and notices; `mayMakeLinks`: whether the caller may make a seller a new link to its notice. */
export function historyOf({ case_id: caseId, moves, notices, listings }, mayMakeLinks) {
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "history-title" },
    element("h2", { id: "history-title" }, "What happened"),
    element("ol", { class: "case-history" }, [...moves.map(moveOf), ...notices.map((notice) => noticeOf(notice, listings, mayMakeLinks ? caseId : null))].sort((one, other) => one.at.localeCompare(other.at)).map(({ root }) => root)),
  );
}

function moveOf({ at, from_state: from, to_state: to, actor, actor_name: name, reason, reason_code: code }) {
  const what = from === null ? "Opened" : from === to ? (SAME_STATE[code] ?? "The due time moved") : `${STATES[from].title} → ${STATES[to].title}`;
  return {
    at,
    root: element(
      "li",
      {},
      element("time", { datetime: at, title: at }, moment(at)),
      element("div", {}, element("strong", {}, what), element("span", { class: "row-soft" }, ` by ${ACTORS[actor] ?? actor}${actor === "server" || actor === "seller" ? "" : `, key ${name}`}`), reason ? element("p", { dir: "auto" }, reason) : null),
    ),
  };
}

function noticeOf({ notice_id: id, at, recipient, kind, text, positions, opened_at: openedAt }, listings, caseId) {
  const to = recipient === "seller" ? sellerWords(positions, listings) : [recipient === "holder" ? "the right holder" : "the notifier"];
  const opened = recipient === "seller" ? (openedAt ? `, opened ${moment(openedAt)}` : ", not opened so far") : "";
  return {
    at,
    root: element(
      "li",
      {},
      element("time", { datetime: at, title: at }, moment(at)),
      element(
        "details",
        {},
        element("summary", {}, `${NOTICES[kind] ?? kind} to `, ...to, opened),
        element("p", { class: "case-text", dir: "auto" }, text || "The words were erased with the seller."),
        caseId !== null && recipient === "seller" && kind === "forwarded" ? element("button", { type: "button", click: () => replaceLink(caseId, id) }, "Make a new link …") : null,
      ),
    ),
  };
}

/** Whose notice it is, by the listings that it is about. */
function sellerWords(positions, listings) {
  if (positions === null) return ["the seller"];
  const sellers = new Set(listings.filter(({ position }) => positions.includes(position)).map(({ seller_id: id }) => id));
  const [seller] = sellers;
  return sellers.size === 1 && seller !== null ? ["seller ", element("bdi", {}, shownName(seller))] : ["the seller"];
}
