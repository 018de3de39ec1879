/** What happened to a case, oldest first: its moves, and what both sides were informed of. */

import { element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { ACTORS, STATES } from "./case_words.js";

const NOTICES = {
  receipt: "The receipt",
  decision: "The decision",
  forwarded: "The notice",
  question: "The question",
  declaration: "The seller’s declaration",
  reinstated: "The reinstatement",
  closed: "The end of the case",
};

/** The sections with moves and notices. */
export function historyOf({ moves, notices }) {
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "history-title" },
    element("h2", { id: "history-title" }, "What happened"),
    element("ol", { class: "case-history" }, [...moves.map(moveOf), ...notices.map(noticeOf)].sort((one, other) => one.at.localeCompare(other.at)).map(({ root }) => root)),
  );
}

function moveOf({ at, from_state: from, to_state: to, actor, actor_name: name, reason }) {
  const what = from === null ? "Opened" : from === to ? "A question or its answer" : `${STATES[from].title} → ${STATES[to].title}`;
  return {
    at,
    root: element(
      "li",
      {},
      element("time", { datetime: at, title: at }, moment(at)),
      element("div", {}, element("strong", {}, what), element("span", { class: "row-soft" }, ` by ${ACTORS[actor] ?? actor}${actor === "server" || actor === "seller" ? "" : ` (${name})`}`), reason ? element("p", { dir: "auto" }, reason) : null),
    ),
  };
}

function noticeOf({ at, recipient, kind, text, opened_at: openedAt }) {
  const to = recipient === "seller" ? "to the seller" : "to the notifier";
  const opened = recipient === "seller" ? (openedAt ? `, opened ${moment(openedAt)}` : ", not opened so far") : "";
  return {
    at,
    root: element(
      "li",
      {},
      element("time", { datetime: at, title: at }, moment(at)),
      element("details", {}, element("summary", {}, `${NOTICES[kind] ?? kind} ${to}${opened}`), element("p", { class: "case-text", dir: "auto" }, text || "The words were erased with the seller.")),
    ),
  };
}
