/** The dialogs of a cluster: cases for all of it, and taking a link away. */

import { askIn } from "../admin/dialog.js";
import { typedCaseFields } from "../cases/case_fields.js";
import { postJson } from "../shared/api.js";
import { byId } from "../shared/element.js";
import { shownName } from "../shared/formatting.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";

/** Open cases for every listing of the cluster; give them, or null where the dialog was closed. */
export function askForCases(path) {
  const key = newIdempotencyKey(); // one for all tries of this dialog
  return askIn("cluster-cases", () => postJson(`${path}/cases`, typedCaseFields("cluster-cases"), { "Idempotency-Key": key }));
}

/** Take a link away with a reason; give its removal, or null. */
export function askForRemoval(path, link) {
  byId("removal-why").textContent = shownName(link.why);
  byId("removal-reason").value = "";
  return askIn("removal", () => postJson(`${path}/links/${encodeURIComponent(link.link_id)}/removal`, { reason: byId("removal-reason").value.trim() }));
}

/** Let a removed link count again. */
export function restore({ removal_id: id }) {
  return postJson(`/v1/removed-links/${id}/restoration`, {});
}
