/** Opening a case: a dialog for one listing, and a file with many. */

import { askIn } from "../admin/dialog.js";
import { addressOf } from "../shared/address.js";
import { postJson } from "../shared/api.js";
import { byId } from "../shared/element.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { typedCaseFields } from "./case_fields.js";

/** Wire the button that opens the dialog; a check in the page's address (`?open=CHECK_ID`) fills it and opens it. */
export function wireOpening() {
  byId("open-case").addEventListener("click", () => open(""));
  const named = new URLSearchParams(location.search).get("open");
  if (named) open(named);
}

async function open(checkId) {
  byId("new-case-check").value = checkId;
  const key = newIdempotencyKey(); // one for all tries of this dialog
  const opened = await askIn("new-case", () => postJson("/v1/cases", typed(), { "Idempotency-Key": key }));
  if (opened) location.assign(addressOf(`/cases/${encodeURIComponent(opened.case_id)}`));
}

function typed() {
  const value = (name) => byId(`new-case-${name}`).value.trim();
  const listing = { check_id: value("check"), listing_id: value("listing"), seller_id: value("seller"), url: value("url") };
  return {
    ...typedCaseFields("new-case"),
    ...(value("product") ? { product: value("product") } : {}),
    listings: [Object.fromEntries(Object.entries(listing).filter(([, given]) => given))],
  };
}
