/** The dialogs that make a key, and that confirm its rotation or revocation. */

import { askIn } from "../admin/dialog.js";
import { getJson, postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";

/** Give the key that was made with its secret, or null where the dialog was closed. */
export async function askForNewKey() {
  byId("create-form").reset();
  byId("create-member").replaceChildren(element("option", { value: "" }, "the operator, or this key’s own member"));
  const { members } = await getJson("/v1/members").catch(() => ({ members: [] }));
  byId("create-member").append(...members.map(({ member_id: id, name }) => element("option", { value: id }, name)));
  return askIn("create", () => postJson("/v1/keys", typed()));
}

/** Give the answer of `send` once it was confirmed, or null. */
export function confirmEnd(key, action, send) {
  const rotates = action === "rotate";
  byId("confirm-title").textContent = rotates ? `Rotate “${key.label}”?` : `Revoke “${key.label}”?`;
  byId("confirm-meaning").textContent = rotates
    ? "A new key with the same rights is made. Replace the old one where it is used before it ends."
    : "Every server refuses it from now on. This cannot be undone.";
  byId("confirm-do").textContent = rotates ? "Rotate" : "Revoke";
  byId("confirm-overlap-field").hidden = !rotates;
  return askIn("confirm", () => send(rotates ? { overlap_s: Number(byId("confirm-overlap").value) } : {}));
}

function typed() {
  const lastDay = byId("create-ends").value;
  return {
    label: byId("create-label").value.trim(),
    scopes: [...document.querySelectorAll("#create-form input[name=scope]:checked")].map(({ value }) => value),
    member_id: byId("create-member").value || null,
    expires_at: lastDay ? new Date(`${lastDay}T23:59:59`).toISOString() : null,
  };
}
