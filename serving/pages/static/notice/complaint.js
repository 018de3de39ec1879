/** A seller's complaint about the decision, by the link of its notice: made once, and what came of it. */

import { announce } from "../shared/announcer.js";
import { postJson } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId, element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";

const STATES = { open: "A person will decide it.", confirmed: "The decision stays.", reversed: "The decision was reversed." };

/** Wire the form; `shown(notice)` is called with the notice as it is after the complaint. */
export function wireComplaint(path, shown) {
  byId("complaint-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = async () => {
      shown(await postJson(`${path}/complaints`, { text: byId("complaint-text").value.trim() }));
      byId("complaint-form").reset();
      announce("Your complaint was received.");
      byId("complaints-title").focus();
    };
    await whileBusy(byId("complaint-send"), "Sending…", () => attempt(byId("complaint-problem"), send));
  });
}

/** Show what came of complaints, and the form where the law of the EU gives one and there is none yet. */
export function showComplaints({ jurisdiction, complaints }) {
  byId("complaint-form").hidden = jurisdiction !== "EU" || complaints.length > 0;
  byId("complaints").hidden = complaints.length === 0;
  byId("complaint-list").replaceChildren(
    ...complaints.map(({ created_at: at, text, state, decided_at: decidedAt, reason }) =>
      element(
        "li",
        {},
        element("p", { class: "notice-soft" }, `Received ${moment(at)}`),
        element("p", { class: "notice-words", dir: "auto" }, text),
        element("p", {}, element("strong", {}, STATES[state]), decidedAt ? ` ${moment(decidedAt)}` : ""),
        reason ? element("p", { class: "notice-words", dir: "auto" }, reason) : null,
      ),
    ),
  );
}
