/** Says on every page which decisions are not saved yet and why, with what to do; there is nothing to see otherwise. */

import { announce } from "../shared/announcer.js";
import { askForKey, keptKey } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted, sentence } from "../shared/formatting.js";
import { bindKeys } from "../shared/keys.js";
import { DECISIONS } from "../shared/wording.js";
import { offerUndo, undoLast } from "./own_decisions.js";
import { discard, entries, outbox, retry, sendingState, sendNow } from "./outbox.js";

const QUIET_MS = 1_500; // what is saved within that needs no notice
const notice = byId("unsent");
let timer = null;

outbox.addEventListener("change", ({ detail: { answered } }) => {
  if (answered) announce(`Saved: ${wordsOf(answered.entry)}.`);
  show();
});
bindKeys({ u: undoLast });
show();
offerUndo();

function show() {
  const all = entries();
  const refused = all.filter((entry) => entry.refused);
  const waiting = all.filter((entry) => !entry.refused);
  clearTimeout(timer);
  const { problem } = sendingState();
  const fresh = !problem && waiting.every(({ order }) => Date.now() - order < QUIET_MS);
  if (waiting.length && fresh) timer = setTimeout(show, QUIET_MS);
  const parts = [...(waiting.length && !fresh ? [waitingPart(waiting.length)] : []), ...refused.map(refusedPart)];
  const box = element("div", {}, parts);
  if (box.textContent !== notice.textContent) notice.replaceChildren(box); // a screen reader reads it again where it changes
  notice.hidden = parts.length === 0;
}

function waitingPart(count) {
  const { problem, fragile } = sendingState();
  const decisions = counted(count, "decision");
  if (!problem) return element("p", {}, `Saving ${decisions}…`);
  const where = fragile
    ? "This browser has no room to keep what is not saved: stay on this page until it is."
    : "What is not saved is kept in this browser and sent again by itself.";
  const needsKey = problem.status === 401;
  const act = needsKey ? typeKey : sendNow;
  return element(
    "div",
    {},
    element("p", {}, element("strong", {}, `Not saved yet: ${decisions}.`), ` ${sentence(problem.title)}. ${where}`),
    element("button", { type: "button", click: act }, needsKey ? "Type the API key" : "Try again"),
  );
}

function refusedPart(entry) {
  const { title, detail } = entry.refused;
  return element(
    "div",
    { class: "refused" },
    element("p", {}, element("strong", {}, `Not saved: ${wordsOf(entry)}.`), ` ${title}${detail ? `: ${detail}` : ""}.`),
    element("button", { type: "button", click: () => retry(entry) }, "Try again"),
    element("button", { type: "button", class: "quiet", click: () => discard(entry) }, "Discard"),
  );
}

async function typeKey() {
  await askForKey(keptKey()).catch(() => null); // typed, it makes the outbox send again; withheld, nothing changes
}

function wordsOf({ decision, name, withdraws }) {
  return `${withdraws ? "undo of " : ""}${DECISIONS[decision].title.toLowerCase()} on ${name}`;
}
