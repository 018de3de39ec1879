/** Shows the entries of the navigation that the key may see, by the scope that each names. */

import { addressOf } from "./address.js";
import { getIfAllowed } from "./api.js";
import { keyChanges } from "./api_key.js";

const KEPT_AS = `touchstone.scopes ${addressOf("/")}`; // so that the next page shows them without waiting

const kept = sessionStorage.getItem(KEPT_AS);
if (kept) show(JSON.parse(kept));
keyChanges.addEventListener("kept", readScopes);
readScopes();

async function readScopes() {
  const caller = await getIfAllowed("/v1/keys/current");
  if (!caller) return sessionStorage.removeItem(KEPT_AS);
  sessionStorage.setItem(KEPT_AS, JSON.stringify(caller.scopes));
  show(caller.scopes);
}

function show(scopes) {
  for (const entry of document.querySelectorAll("nav [data-scope]")) entry.hidden = !scopes.includes(entry.dataset.scope);
}
