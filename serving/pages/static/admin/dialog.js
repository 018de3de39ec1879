/** A dialog whose form is sent: it stays open, with the server's reason, while that fails. */

import { byId } from "../shared/element.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";

/**
 * Open the dialog with this id; give the answer of `send`, or null where it was cancelled or closed.
 * Its form, its problem box and its button to cancel have the ids `NAME-form`, `NAME-problem` and `NAME-cancel`.
 * `refused(problem, box)` may add to the box what helps.
 */
export function askIn(name, send, refused = () => {}) {
  const [dialog, problemBox] = [byId(name), byId(`${name}-problem`)];
  clearProblem(problemBox);
  dialog.showModal();
  return new Promise((resolve) => {
    const ended = new AbortController();
    const { signal } = ended;
    const end = (answer) => (ended.abort(), dialog.close(), resolve(answer));
    let sending = false; // a second click would send it twice
    const submit = async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      try {
        end(await send());
      } catch (problem) {
        showProblem(problemBox, problem);
        refused(problem, problemBox);
      } finally {
        sending = false;
      }
    };
    byId(`${name}-form`).addEventListener("submit", submit, { signal });
    byId(`${name}-cancel`).addEventListener("click", () => end(null), { signal });
    dialog.addEventListener("close", () => end(null), { signal });
  });
}
