/** The clock of a case: what is due and when, here and where the case is decided, and how much of the time is used. */

import { element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { clockWords, localTime, WAITING } from "./case_words.js";

const TICK_MS = 30_000;

export class CaseClock {
  #words = element("p", { class: "clock-words" });
  #used = element("div", { class: "clock-used" });
  #timer;

  constructor(found) {
    this.found = found;
    const place = found.due_at === null ? null : localTime(found.due_at, found.due_calendar);
    this.root = element(
      "section",
      { class: "clock", "aria-label": "The clock of the first decision" },
      this.#words,
      clockWords(found).runs ? element("div", { class: "clock-bar", "aria-hidden": "true" }, this.#used) : null,
      found.due_at === null ? null : element("p", {}, "Due ", element("time", { datetime: found.due_at, title: found.due_at }, moment(found.due_at)), place ? ` (${place})` : ""),
      found.decided_at === null ? null : element("p", {}, "Decided ", element("time", { datetime: found.decided_at, title: found.decided_at }, moment(found.decided_at))),
      found.paused_since === null ? null : element("p", {}, `Paused since ${moment(found.paused_since)}`),
      element("p", { class: "clock-note" }, "It counts 24 business hours of the case’s country, without the pauses."),
      found.waiting.length ? waitingOf(found.waiting) : null,
    );
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Stop it; the clock is not used again. */
  stop() {
    clearInterval(this.#timer);
  }

  #tick() {
    const { words, tone, runs } = clockWords(this.found);
    this.root.className = `clock tone-${tone}`;
    this.#words.textContent = words;
    if (!runs) return;
    const [from, to] = [new Date(this.found.created_at), new Date(this.found.due_at)];
    this.#used.style.width = `${Math.min(100, Math.max(0, (100 * (Date.now() - from)) / (to - from)))}%`;
  }
}

function waitingOf(waiting) {
  return element(
    "details",
    { class: "clock-waiting" },
    element("summary", { class: "opens" }, "What happens by itself"),
    element("ul", {}, waiting.map(({ kind, at }) => element("li", {}, element("time", { datetime: at, title: at }, moment(at)), `: ${WAITING[kind] ?? kind}`))),
  );
}
