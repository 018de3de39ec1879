/** Trusted flaggers: the status that an authority gave a member, as the operator records it. */

import { askIn } from "../admin/dialog.js";
import { factsRow } from "../admin/facts.js";
import { askDuty } from "../case_duties/duty_dialog.js";
import { countryName } from "../cases/case_words.js";
import { announce } from "../shared/announcer.js";
import { deleteAt, downloadFile, getJson, putJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { attempt } from "../shared/problem_box.js";

export class TrustedFlaggers {
  #nameOf;
  #mayRecord;

  /** `nameOf(id)` gives a member's name; `members` are those that may be chosen, where the caller may record one. */
  constructor(nameOf, members, mayRecord) {
    this.#nameOf = nameOf;
    this.#mayRecord = mayRecord;
    byId("flagger-member").replaceChildren(...members.map(({ member_id: id, name }) => element("option", { value: id }, name)));
    byId("new-flagger").hidden = !mayRecord || members.length === 0;
    byId("new-flagger").addEventListener("click", () => this.#record(null));
    byId("download-flaggers").addEventListener("click", () => attempt(byId("flaggers-problem"), () => downloadFile("/v1/trusted-flaggers.csv", "trusted-flaggers.csv")));
  }

  async read() {
    const list = byId("flaggers");
    await attempt(byId("flaggers-problem"), async () => {
      const { trusted_flaggers: flaggers } = await getJson("/v1/trusted-flaggers");
      list.replaceChildren(...flaggers.map((flagger) => this.#cardOf(flagger)));
      byId("no-flagger").hidden = flaggers.length > 0;
      byId("download-flaggers").hidden = flaggers.length === 0;
      byId("no-flagger").textContent = this.#mayRecord ? "No member is recorded as one. Record it once an authority published it." : "No trusted flagger is recorded.";
    });
    list.setAttribute("aria-busy", "false");
  }

  #cardOf(flagger) {
    const { member_id: id, authority, country, since, until } = flagger;
    return element(
      "li",
      { class: "card" },
      element("h3", { dir: "auto" }, this.#nameOf(id)),
      factsRow([
        ["Given by", element("span", { dir: "auto" }, authority)],
        ["In", countryName(country)],
        ["From", dayWords(since)],
        ["Until", until ? dayWords(until) : "no end is known"],
      ]),
      this.#mayRecord
        ? element("div", { class: "actions" }, element("button", { type: "button", click: () => this.#record(flagger) }, "Change …"), element("button", { type: "button", class: "quiet", click: () => this.#remove(id) }, "Remove …"))
        : null,
    );
  }

  /** Ask for a status, from the one that is recorded or from nothing. */
  async #record(flagger) {
    const field = (name) => byId(`flagger-${name}`);
    if (flagger) field("member").value = flagger.member_id;
    for (const name of ["authority", "country", "since", "until"]) field(name).value = flagger?.[name] ?? "";
    const sent = () => ({ authority: field("authority").value.trim(), country: field("country").value.trim().toUpperCase(), since: field("since").value, until: field("until").value || null });
    const made = await askIn("flagger", () => putJson(`/v1/members/${encodeURIComponent(field("member").value)}/trusted-flagger`, sent()));
    if (!made) return;
    await this.read();
    announce("It was recorded.");
  }

  async #remove(id) {
    const asked = { title: `Remove the status of ${this.#nameOf(id)}`, meaning: "Its cases don’t come first any more. The audit log keeps that it was recorded.", verb: "Remove it" };
    const done = await askDuty(asked, async () => (await deleteAt(`/v1/members/${encodeURIComponent(id)}/trusted-flagger`)) ?? true);
    if (!done) return;
    await this.read();
    announce("It was removed.");
  }
}

function dayWords(day) {
  return new Date(`${day}T00:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}
