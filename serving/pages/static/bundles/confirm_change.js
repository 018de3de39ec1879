/** Confirms a change of bundles, with its author and reason. */

import { byId } from "../shared/element.js";

/** Give `{by, note}`, with `share` where that is asked for, or null where the dialog was cancelled. */
export function confirmChange({ title, verb, meaning, asksShare }) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = title;
  byId("confirm-meaning").textContent = meaning;
  byId("confirm-do").textContent = verb;
  byId("confirm-share-field").hidden = !asksShare;
  byId("confirm-share").required = asksShare;
  byId("confirm-note").value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = (answer) => (ended.abort(), dialog.close(), resolve(answer));
    byId("confirm-form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        end(typed(asksShare));
      },
      { signal: ended.signal },
    );
    byId("confirm-cancel").addEventListener("click", () => end(null), { signal: ended.signal });
    dialog.addEventListener("close", () => end(null), { signal: ended.signal });
  });
}

function typed(asksShare) {
  const by = byId("confirm-by").value.trim();
  const share = asksShare ? { share: byId("confirm-share").valueAsNumber / 100 } : {};
  return { by: by || null, note: byId("confirm-note").value.trim(), ...share };
}
