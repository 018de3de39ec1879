/** The dialogs that make and change an endpoint, confirm what ends something, and choose what is delivered again. */

import { askIn } from "../admin/dialog.js";
import { deleteAt, patchJson, postJson } from "../shared/api.js";
import { byId } from "../shared/element.js";

const types = () => [...document.querySelectorAll("#endpoint-form input[name=type]")];

byId("endpoint-which").addEventListener("change", showTypes);

/** Make an endpoint; give it with its secret, or null where the dialog was closed. */
export function askForEndpoint() {
  fill({ url: "", description: "", types: null, products: null, ordered: false });
  byId("endpoint-title").textContent = "New webhook";
  byId("endpoint-do").textContent = "Make the webhook";
  return askIn("endpoint", () => postJson("/v1/webhooks", typed()));
}

/** Change an endpoint; give it as it is then, or null. */
export function askForChange(webhook) {
  fill(webhook);
  byId("endpoint-title").textContent = "Change this webhook";
  byId("endpoint-do").textContent = "Save";
  return askIn("endpoint", () => patchJson(pathOf(webhook), typed()));
}

/** Give an endpoint new keys; give it with its new secret, or null. */
export function confirmRotation(webhook, name) {
  confirmWith(`Rotate the secret of “${name}”?`, "A new secret and a new public key sign from now on. Exchange them at the receiver before the old ones end.", "Rotate");
  byId("confirm-overlap-field").hidden = false;
  return askIn("confirm", () => postJson(`${pathOf(webhook)}/rotate`, { keep_previous_h: Number(byId("confirm-overlap").value) }));
}

/** Delete an endpoint; give true, or null. */
export function confirmDeletion(webhook, name) {
  confirmWith(`Delete “${name}”?`, "Its log goes with it, and what waits is not delivered any more. This cannot be undone; Pause can.", "Delete");
  byId("confirm-overlap-field").hidden = true;
  return askIn("confirm", async () => {
    await deleteAt(pathOf(webhook));
    return true;
  });
}

/** Deliver the events of a time again; give how many, or null. */
export function askForReplay(webhook) {
  return askIn("replay", async () => {
    const until = byId("replay-until").value;
    const sent = {
      since: new Date(byId("replay-since").value).toISOString(),
      ...(until ? { until: new Date(until).toISOString() } : {}),
      only_undelivered: byId("replay-undelivered").checked,
    };
    return (await postJson(`${pathOf(webhook)}/replay`, sent)).deliveries;
  });
}

/** The address of an endpoint in the API. */
export function pathOf({ webhook_id: id }) {
  return `/v1/webhooks/${encodeURIComponent(id)}`;
}

function confirmWith(title, meaning, verb) {
  byId("confirm-title").textContent = title;
  byId("confirm-meaning").textContent = meaning;
  byId("confirm-do").textContent = verb;
}

function fill({ url, description, types: chosen, products, ordered }) {
  byId("endpoint-url").value = url;
  byId("endpoint-description").value = description;
  byId("endpoint-which").value = chosen === null ? "all" : "some";
  for (const box of types()) box.checked = chosen?.includes(box.value) ?? false;
  byId("endpoint-products").value = (products ?? []).join("\n");
  byId("endpoint-ordered").checked = ordered;
  showTypes();
}

function showTypes() {
  byId("endpoint-types").hidden = byId("endpoint-which").value === "all";
}

function typed() {
  const products = byId("endpoint-products").value.split("\n").map((line) => line.trim()).filter(Boolean);
  const chosen = types().filter(({ checked }) => checked).map(({ value }) => value);
  return {
    url: byId("endpoint-url").value.trim(),
    description: byId("endpoint-description").value.trim(),
    types: byId("endpoint-which").value === "all" ? null : chosen,
    products: products.length ? products : null,
    ordered: byId("endpoint-ordered").checked,
  };
}
