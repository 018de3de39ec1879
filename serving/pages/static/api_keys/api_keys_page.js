/** API keys: the list, and making, rotating and revoking them. */

import { factsRow } from "../admin/facts.js";
import { showSecret, wireSecret } from "../admin/secret_box.js";
import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { keptKey, wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { askForNewKey, confirmEnd } from "./key_dialogs.js";

const PAGE = 50; // keys
const STATES = { active: "valid", expired: "expired", revoked: "revoked" };

let listed = [];
let nextCursor = null;

wireKeys();
wireForgetting();
byId("older").addEventListener("click", showOlder);
byId("new-key").addEventListener("click", makeKey);
wireSecret(byId("new-key"));
refresh();

async function refresh() {
  const root = byId("keys");
  clearProblem(byId("keys-problem"));
  try {
    const found = [];
    let cursor = null;
    do {
      const page = await readPage(cursor);
      found.push(...page.keys);
      cursor = page.next_cursor;
    } while (cursor !== null && found.length < listed.length); // as many as are shown
    show(found, cursor);
  } catch (problem) {
    show([], null);
    root.replaceChildren();
    showProblem(byId("keys-problem"), problem);
  } finally {
    root.setAttribute("aria-busy", "false");
  }
}

function readPage(cursor) {
  return getJson(`/v1/keys?limit=${PAGE}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
}

function show(keys, cursor) {
  [listed, nextCursor] = [keys, cursor];
  byId("keys").replaceChildren(keys.length ? element("ul", { class: "cards" }, keys.map(card)) : none());
  byId("older").hidden = cursor === null;
}

async function showOlder() {
  const shown = listed.length;
  clearProblem(byId("keys-problem"));
  byId("older").disabled = true;
  try {
    const page = await readPage(nextCursor);
    show([...listed, ...page.keys], page.next_cursor);
    byId("keys").querySelectorAll(".card h2")[shown]?.focus();
  } catch (problem) {
    showProblem(byId("keys-problem"), problem);
  } finally {
    byId("older").disabled = false;
  }
}

function none() {
  const text = keptKey()
    ? "There are no keys but the one of the settings."
    : "There are no keys, so this server asks for none. The first one must have the scope admin; from then on each request needs a key.";
  return element("p", {}, text);
}

function card(key) {
  return element(
    "li",
    { class: `card ${key.state === "active" ? "" : "ended"}` },
    element("h2", { tabindex: "-1" }, key.label),
    element("code", {}, `${key.prefix}_…`),
    factsRow([
      ["State", key.replaced_by && key.state !== "revoked" ? `${STATES[key.state]}, rotated` : STATES[key.state]],
      ["Of", key.member_name ?? "the operator"],
      ["Scopes", key.scopes.join(", ")],
      ["Last used", key.last_used_at ? moment(key.last_used_at) : "never"],
      key.expires_at && [key.state === "expired" ? "Ended" : "Ends", moment(key.expires_at)],
      key.revoked_at && ["Revoked", moment(key.revoked_at)],
    ]),
    key.state === "active" && actions(key),
  );
}

function actions(key) {
  const name = { "aria-label": `Rotate ${key.label}`, type: "button", click: () => end(key, "rotate") };
  const revoking = { "aria-label": `Revoke ${key.label}`, type: "button", class: "quiet", click: () => end(key, "revoke") };
  return element(
    "div",
    { class: "actions" },
    key.replaced_by ? null : element("button", name, "Rotate"),
    element("button", revoking, "Revoke"),
  );
}

async function makeKey() {
  const made = await askForNewKey();
  if (made) await showNew(made);
}

async function end(key, action) {
  const send = (sent) => postJson(`/v1/keys/${key.key_id}/${action}`, sent);
  const answer = await confirmEnd(key, action, send);
  if (!answer) return;
  if (action === "rotate") return showNew(answer);
  announce(`${key.label} is revoked`);
  await refresh();
}

async function showNew(made) {
  showSecret(made.key);
  await refresh();
}
