/** A failure that a page can show, and how it is shown: beside the control that caused it, with what to change. */

import { element } from "./element.js";
import { sentence } from "./formatting.js";

/** A failed call: the server's problem, or that of the connection. */
export class Problem extends Error {
  constructor({ status, code, title, detail, errors, requestId, retryAfterS }) {
    super(detail || title);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.errors = errors ?? [];
    this.requestId = requestId ?? null;
    this.retryAfterS = retryAfterS ?? 1;
  }
}

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
