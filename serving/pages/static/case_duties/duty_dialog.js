/** The one dialog of the duties of a case: a title, what follows, choices, a number, and words. */

import { askIn } from "../admin/dialog.js";
import { byId, element } from "../shared/element.js";

/**
 * Ask and send; gives the server's answer, or null. `choices` are [value, words]; a `label` or `numberLabel` shows that
 * field. `send({ choice, words, number })` is called with what was chosen and typed.
 */
export function askDuty({ title, meaning, choiceLabel = "", choices = [], label = "", needsWords = true, words = "", numberLabel = "", needsNumber = false, verb }, send) {
  byId("duty-title").textContent = title;
  byId("duty-meaning").textContent = meaning;
  byId("duty-choice-field").hidden = choices.length === 0;
  byId("duty-choice-label").textContent = choiceLabel;
  byId("duty-choice").replaceChildren(...choices.map(([value, shown]) => element("option", { value }, shown)));
  byId("duty-words-field").hidden = !label;
  byId("duty-words-label").textContent = label;
  byId("duty-words").value = words;
  byId("duty-words").required = Boolean(label) && needsWords;
  byId("duty-number-field").hidden = !numberLabel;
  byId("duty-number-label").textContent = numberLabel;
  byId("duty-number").value = "";
  byId("duty-number").required = Boolean(numberLabel) && needsNumber;
  byId("duty-do").textContent = verb;
  return askIn("duty", () => {
    const number = byId("duty-number").value;
    return send({ choice: byId("duty-choice").value, words: byId("duty-words").value.trim(), number: number === "" ? null : Number(number) });
  });
}
