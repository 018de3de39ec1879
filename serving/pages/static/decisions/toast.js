/** A short message at the edge of the page about what was just done, with the way back. */

import { byId, element } from "../shared/element.js";

let shown = null;
let timer = null;

/**
 * Show a message for a while, longer while it is pointed at or has the focus. `undo` is called by its button; `checkId`
 * makes a link to the check, left out on its own page. Who calls this announces it where that is needed.
 */
export function showToast(words, { undo, checkId, forMs }) {
  hideToast();
  const address = checkId && `/checks/${encodeURIComponent(checkId)}`;
  shown = element(
    "aside",
    { class: "toast", "aria-label": "What was just done", pointerenter: stay, pointerleave: () => leaveAfter(forMs), focusin: stay, focusout: () => leaveAfter(forMs) },
    element("p", {}, words),
    undo && element("button", { type: "button", "aria-keyshortcuts": "u", click: undo }, "Undo", element("kbd", { "aria-hidden": "true" }, "u")),
    address && !location.pathname.endsWith(address) && element("a", { class: "button", href: address }, "Open it"),
  );
  byId("notices").prepend(shown);
  leaveAfter(forMs);
}

function hideToast() {
  stay();
  shown?.remove();
  shown = null;
}

function stay() {
  clearTimeout(timer);
}

function leaveAfter(forMs) {
  clearTimeout(timer);
  timer = setTimeout(hideToast, forMs);
}
