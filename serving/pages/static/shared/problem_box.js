/** Shows a failure beside the control that caused it, with what to change. */

import { element } from "./element.js";
import { sentence } from "./formatting.js";

/** Show the problem in its box. Any other error than one of the API or the key is a bug, and is thrown to the console. */
export function showProblem(box, problem) {
  if (!problem.title) throw problem;
  box.replaceChildren(
    element("h2", {}, problem.title),
    element("p", {}, sentence(problem.detail ?? "")),
    ...(problem.requestId ? [element("p", { class: "request-id" }, `Request ${problem.requestId}`)] : []),
  );
  box.hidden = false;
}

/** Clear the box. */
export function clearProblem(box) {
  box.hidden = true;
  box.replaceChildren();
}

/** Do what may fail with the box cleared, and show there what went wrong. */
export async function attempt(box, work) {
  clearProblem(box);
  try {
    await work();
  } catch (problem) {
    showProblem(box, problem);
  }
}
