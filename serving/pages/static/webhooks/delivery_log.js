/** The log of an endpoint's deliveries: each event with its attempts, by page and by state, and delivering one again. */

import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { counted, moment } from "../shared/formatting.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";

const PAGE = 20;
const STATES = { waiting: "Waiting", delivered: "Delivered", failed: "Given up" };
const TONES = { waiting: "tone-review", delivered: "tone-genuine", failed: "tone-counterfeit" };
const FOLLOW_MS = 500;
const FOLLOWED = 40; // looks at one delivery, after which a person reads the log again by its button

export class DeliveryLog {
  #path;
  #changed;
  #cursor = null;

  /** `path` is the endpoint's in the API; `changed()` is called when a delivery that is followed had its attempt. */
  constructor(path, changed) {
    this.#path = path;
    this.#changed = changed;
    this.rows = element("ol", { class: "deliveries" });
    this.empty = element("p", { class: "card-status", hidden: true });
    this.problem = element("div", { class: "problem", role: "alert", hidden: true });
    const choices = [["", "All"], ...Object.entries(STATES)].map(([value, words]) => element("option", { value }, words));
    this.state = element("select", { change: () => this.read() }, choices);
    this.older = element("button", { type: "button", hidden: true, click: () => this.read(this.#cursor) }, "Show older deliveries");
    this.root = element(
      "details",
      { class: "delivery-log wide", toggle: () => this.root.open && this.read() },
      element("summary", {}, "Delivery log"),
      element(
        "div",
        { class: "delivery-tools" },
        element("label", { class: "switch" }, "Show ", this.state),
        element("button", { type: "button", class: "quiet", click: () => this.read() }, "Read again"),
      ),
      this.problem, this.rows, this.empty, this.older,
    );
  }

  /** Read the newest deliveries, or those after a cursor below them. */
  async read(cursor = null) {
    clearProblem(this.problem);
    const query = new URLSearchParams({ limit: PAGE });
    if (this.state.value) query.set("state", this.state.value);
    if (cursor) query.set("cursor", cursor);
    try {
      const { deliveries, next_cursor: next } = await getJson(`${this.#path}/deliveries?${query}`);
      this.#show(deliveries, cursor !== null);
      this.#cursor = next;
      this.older.hidden = next === null;
    } catch (problem) {
      showProblem(this.problem, problem);
    }
  }

  /** Open the log, or read it again where it is open. */
  async reopen() {
    this.state.value = "";
    if (this.root.open) await this.read();
    else this.root.open = true; // which reads it
  }

  /** Open the log and read it until an event has another latest attempt than `before`, which is null where it has none. */
  async follow(eventId, before) {
    await this.reopen();
    for (let looked = 0; looked < FOLLOWED; looked += 1) {
      const { deliveries } = await getJson(`${this.#path}/deliveries?limit=${PAGE}`);
      const found = deliveries.find(({ event_id: id }) => id === eventId);
      const last = found?.attempts.at(-1);
      if (last && last.started_at !== before) {
        announce(`${found.type ?? "Event"}: ${attemptWords(last)}`);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
    await this.read();
    this.#changed();
  }

  #show(deliveries, isMore) {
    const focused = this.rows.querySelector(":focus")?.dataset.event;
    const added = deliveries.map((delivery) => this.#row(delivery));
    if (isMore) this.rows.append(...added);
    else this.rows.replaceChildren(...added);
    if (focused && !isMore) this.rows.querySelector(`[data-event="${CSS.escape(focused)}"]`)?.focus();
    this.empty.hidden = this.rows.childElementCount > 0;
    this.empty.textContent = this.state.value ? "No delivery is in this state." : "Nothing was delivered yet.";
  }

  #row(delivery) {
    const { event_id: eventId, type, state, attempts, next_attempt_at: next } = delivery;
    const last = attempts.at(-1);
    const words = [last && attemptWords(last), next && `tried next ${moment(next)}`].filter(Boolean).join("; ");
    const again = { type: "button", "data-event": eventId, "aria-label": `Deliver ${type ?? "event"} ${eventId} again`, click: () => this.#replay(delivery) };
    return element(
      "li",
      {},
      element("span", { class: `delivery-state ${TONES[state]}` }, STATES[state]),
      element("div", { class: "delivery-what" }, element("strong", {}, type ?? "event that is not kept"), " ", element("code", {}, eventId), element("p", {}, words || "not tried yet")),
      state === "waiting" ? null : element("button", again, "Deliver again"),
      attempts.length > 0 && element("details", {}, element("summary", {}, counted(attempts.length, "attempt")), element("ol", {}, attempts.map(attemptRow))),
    );
  }

  async #replay({ event_id: eventId, attempts }) {
    clearProblem(this.problem);
    try {
      await postJson(`${this.#path}/replay`, { event_id: eventId });
      announce("It will be delivered again.");
      await this.follow(eventId, attempts.at(-1)?.started_at ?? null);
    } catch (problem) {
      showProblem(this.problem, problem);
    }
  }
}

/** When an attempt was made and what came of it: `26 Nov, 09:30, delivered, 204`. */
export function attemptWords(attempt) {
  if (!attempt) return "not tried yet";
  const { started_at: started, code, status } = attempt;
  return [moment(started), code.replaceAll("_", " "), status].filter((part) => part !== null).join(", ");
}

function attemptRow(attempt) {
  return element(
    "li",
    {},
    `${attemptWords(attempt)}, ${attempt.duration_ms.toLocaleString("en-GB")} ms`,
    attempt.answer && element("pre", { tabindex: "0", "aria-label": "The beginning of the answer" }, attempt.answer),
  );
}
