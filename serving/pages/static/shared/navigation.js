/** The navigation: shows the entries that the key may see, by the scope that each names, and closes the list of more. */

import { addressOf } from "./address.js";
import { getIfAllowed } from "./api.js";
import { keyChanges } from "./api_key.js";
import { byId } from "./element.js";

const KEPT_AS = `touchstone.scopes ${addressOf("/")}`; // so that the next page shows them without waiting

const kept = sessionStorage.getItem(KEPT_AS);
if (kept) show(JSON.parse(kept));
keyChanges.addEventListener("kept", readScopes);
readScopes();
wireMore(byId("more-pages"));

/** Close the list on Escape, on a click elsewhere, and when the focus leaves it, as menus do. */
function wireMore(more) {
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    more.open = false;
    more.querySelector("summary").focus();
  });
  more.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !more.contains(relatedTarget)) more.open = false;
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!more.contains(target)) more.open = false;
  });
}

async function readScopes() {
  const caller = await getIfAllowed("/v1/keys/current");
  if (!caller) return sessionStorage.removeItem(KEPT_AS);
  sessionStorage.setItem(KEPT_AS, JSON.stringify(caller.scopes));
  show(caller.scopes);
}

/** On a public page the navigation is hidden until there is a key: who has none has no other page to go to. */
function show(scopes) {
  document.querySelector("nav[data-for-keys]")?.removeAttribute("hidden");
  byId("enter-key")?.setAttribute("hidden", "");
  for (const entry of document.querySelectorAll("nav [data-scope]")) entry.hidden = !scopes.includes(entry.dataset.scope);
}
