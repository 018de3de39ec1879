/** One point of the checklist in the form of an examination: pass, fail or not checked, a note, and its photos. */

import { element } from "../shared/element.js";
import { RESULTS } from "./buy_words.js";

export class PointForm {
  #pointId;
  #radios;
  #note;

  /** `known` is a finding to begin with, or null; `photos` is the element of the point's photos. */
  constructor({ point_id: pointId, text, decisive }, known, photos) {
    this.#pointId = pointId;
    this.#radios = Object.entries(RESULTS).map(([value]) => element("input", { type: "radio", name: `point-${pointId}`, value, required: true, checked: known?.result === value }));
    this.#note = element("textarea", { id: `note-${pointId}`, rows: 1, maxlength: 5000, dir: "auto" });
    this.#note.value = known?.note ?? "";
    this.root = element(
      "li",
      {},
      element(
        "fieldset",
        { class: "point" },
        element("legend", { dir: "auto" }, text),
        decisive ? element("p", { class: "row-soft" }, "Decisive: a genuine item passes it") : null,
        element("div", { class: "point-results" }, Object.values(RESULTS).map(({ title, tone }, index) => element("label", { class: `point-result tone-${tone}` }, this.#radios[index], title))),
        element("div", { class: "field" }, element("label", { for: `note-${pointId}` }, "What was seen ", element("span", { class: "optional" }, "optional")), this.#note),
        photos,
      ),
    );
  }

  /** The finding as it is typed; its result is null where none is chosen. */
  get finding() {
    return { point_id: this.#pointId, result: this.#radios.find(({ checked }) => checked)?.value ?? null, note: this.#note.value.trim() };
  }

  focus() {
    (this.#radios.find(({ checked }) => checked) ?? this.#radios[0]).focus();
  }
}
