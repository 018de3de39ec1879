/** Single-key shortcuts: bound by each page, ignored while typing, and switched off by a setting of the browser. */

import { byId } from "./element.js";

const SWITCHED_OFF = "touchstone.keys_off";
const WALKING = new Set(["j", "k", "ArrowLeft", "ArrowRight"]);
const bindings = new Map();

/** Bind actions to keys (as in KeyboardEvent.key); a later binding of the same key replaces the earlier. */
export function bindKeys(actions) {
  for (const [key, action] of Object.entries(actions)) bindings.set(key, action);
}

/** Start listening, and wire the list of keys that `?` opens. */
export function wireKeys() {
  const help = byId("key-help");
  const enabled = byId("keys-enabled");
  enabled.checked = localStorage.getItem(SWITCHED_OFF) === null;
  enabled.addEventListener("change", () => {
    if (enabled.checked) localStorage.removeItem(SWITCHED_OFF);
    else localStorage.setItem(SWITCHED_OFF, "1");
  });
  byId("open-keys").addEventListener("click", () => help.showModal());
  bindKeys({ "?": () => help.showModal() });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !enabled.checked) return;
    if (document.querySelector("dialog[open]") || takesKeys(event.target, event.key)) return;
    const action = bindings.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!action || (event.repeat && !WALKING.has(event.key))) return; // a key held down decides once
    event.preventDefault();
    action(event);
  });
}

function takesKeys(target, key) {
  if (target.closest("textarea, select, input:not([type=range], [type=checkbox], [type=file])")) return true;
  if (key === "Enter" && target.closest("a, button, summary")) return true; // it opens or presses that, and nothing else
  return key.startsWith("Arrow") && target.closest("input, .stage-view.zoomed") !== null;
}
