/** A secret that the server gives once: shown to be copied, and gone when it is hidden. */

import { announce } from "../shared/announcer.js";
import { byId } from "../shared/element.js";

/** Wire the box; `after` is the control that has the focus when the secret was hidden. */
export function wireSecret(after) {
  byId("secret-copy").addEventListener("click", copySecret);
  byId("secret-done").addEventListener("click", () => (hideSecret(), after.focus()));
}

/** Show a secret in place of any earlier one. */
export function showSecret(text) {
  byId("secret-text").value = text;
  byId("secret-copy").textContent = "Copy";
  byId("secret").hidden = false;
  byId("secret").focus();
}

async function copySecret() {
  const field = byId("secret-text");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    announce("Copied");
    byId("secret-copy").textContent = "Copied";
  } catch {
    announce("This browser did not copy it; it is selected, so press Ctrl and C"); // without https there is no clipboard
  }
}

function hideSecret() {
  byId("secret-text").value = "";
  byId("secret").hidden = true;
}
