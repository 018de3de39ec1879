/** The choice of a candidate with its actions, and the folders that cannot be brought in. It stays while its data change. */

import { element } from "../shared/element.js";
import { sentence } from "../shared/formatting.js";

export class CandidatePicker {
  #choices = [];
  #shown = null; // the data as they stand on the page
  #select;
  #actions;
  #picker;
  #hint;
  #rejected;

  /**
   * `actions` maps each action to its button's words; `deploy(action, choice)` is called when one is pressed. Hidden
   * until the choices are there: a button that is pressed before would have nothing to bring in.
   */
  constructor(name, actions, deploy) {
    const id = `candidate-${name}`;
    this.#select = element("select", { id });
    this.#actions = Object.entries(actions).map(([action, words]) =>
      element("button", { type: "button", "data-action": action, click: () => deploy(action, this.#choices[this.#select.selectedIndex]) }, `${words} …`),
    );
    this.#picker = element("div", { class: "bundle-candidates", hidden: true }, element("div", { class: "field" }, element("label", { for: id }, "Candidate"), this.#select), element("div", { class: "actions" }, this.#actions));
    this.#hint = element("p", { class: "soft" });
    this.#rejected = element("div", { class: "bundle-rejected" });
    this.root = element("div", { class: "bundle-picker" }, this.#picker, this.#hint, this.#rejected);
  }

  /** Show what can be brought in. The element that has the focus, the choice and the scroll stay as they are. */
  show({ durable, state }, { candidates, rejected }) {
    const shown = JSON.stringify([durable, state.active.candidate, candidates, rejected]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const bySettings = state.active.candidate !== null ? [{ candidate: null, label: "The bundle of the settings" }] : [];
    this.#choose([...bySettings, ...candidates.filter(({ known_format }) => known_format)]);
    this.#actions.find(({ dataset }) => dataset.action === "shadow").hidden = !durable;
    this.#hint.textContent = hintOf(this.#choices, durable);
    this.#hint.hidden = !this.#hint.textContent;
    this.#rejected.replaceChildren(...(rejected.length ? rejectedNodes(rejected) : []));
  }

  #choose(choices) {
    const before = this.#choices[this.#select.selectedIndex];
    this.#choices = choices;
    this.#select.replaceChildren(...choices.map((one) => element("option", {}, candidateWords(one))));
    this.#select.selectedIndex = Math.max(0, choices.findIndex(({ candidate }) => before && candidate === before.candidate));
    this.#picker.hidden = !choices.length;
  }
}

/** The mark of a bundle that is beyond its limits on robustness. */
export const HANGS_ON_MORE = "Hangs on more than the product";

/** A candidate in words, with its mark. */
export function candidateWords({ candidate, label, version, robustness }) {
  const mark = robustness === "beyond" ? `: ${HANGS_ON_MORE.toLowerCase()}` : "";
  return `${label ?? `${candidate}, version ${version}`}${mark}`;
}

function hintOf(choices, durable) {
  if (!choices.length) return "No candidate. The subfolders of the settings’ bundles_folder are the candidates.";
  return durable ? "" : "This server has no store: a change ends with the process, and nothing can be compared.";
}

function rejectedNodes(rejected) {
  const items = rejected.map(({ reason, code }) => element("li", {}, `${sentence(reason)} `, element("span", { class: "soft" }, `(${code})`)));
  return [element("h3", {}, "Rejected folders"), element("ul", { "aria-label": "Folders that cannot be brought in" }, items)];
}
