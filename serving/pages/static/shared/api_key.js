/** The API key: asked for once when the server requires one, kept for this browser tab only. */

import { addressOf } from "./address.js";
import { byId } from "./element.js";

const KEPT_AS = `touchstone.api_key ${addressOf("/")}`; // another server may share this origin under another path
let asking = null;

/** Dispatches `kept` when a key was typed. */
export const keyChanges = new EventTarget();

/** The key typed earlier in this tab, or null. */
export function keptKey() {
  return sessionStorage.getItem(KEPT_AS);
}

/**
 * A key other than the one that was just refused, from the dialog if needed.
 * Concurrent refused requests share one dialog; cancelling it rejects them with KeyWithheld.
 */
export async function askForKey(refused) {
  if (keptKey() && keptKey() !== refused) return keptKey();
  asking ??= openDialog(refused !== null).finally(() => (asking = null));
  return asking;
}

/** Make the masthead's button forget the key, and show it only while there is one. */
export function wireForgetting() {
  const button = byId("forget-key");
  button.hidden = !keptKey();
  button.addEventListener("click", () => {
    sessionStorage.removeItem(KEPT_AS);
    location.reload();
  });
}

/** Wire the button of a public page, which asks nobody for a key, with which those who run the server give theirs. */
export function wireEntering() {
  const button = byId("enter-key");
  button.hidden = Boolean(keptKey());
  button.addEventListener("click", () => askForKey(null).then(() => location.reload(), () => button.focus()));
}

function openDialog(wasRefused) {
  const dialog = byId("api-key");
  const field = byId("api-key-field");
  if (wasRefused) byId("api-key-note").textContent = "That key was refused. Check it with the person who runs this server.";
  field.value = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const { signal } = ended;
    byId("api-key-form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        sessionStorage.setItem(KEPT_AS, field.value.trim());
        byId("forget-key").hidden = false;
        ended.abort();
        dialog.close();
        resolve(field.value.trim());
        keyChanges.dispatchEvent(new Event("kept"));
      },
      { signal },
    );
    byId("api-key-cancel").addEventListener("click", () => dialog.close(), { signal });
    dialog.addEventListener("close", () => (ended.abort(), reject(new KeyWithheld())), { signal });
  });
}

/** The dialog was closed without a key. */
export class KeyWithheld extends Error {
  constructor() {
    super("This server answers only with an API key.");
    this.title = "No API key was given";
    this.detail = "This server answers only with an API key. Reload the page to be asked again.";
    this.code = "key_withheld";
    this.errors = [];
  }
}
