/**
 * Decisions on their way to the server: kept in localStorage until it has answered, and sent until then.
 *
 * localStorage, because it is written before the key's handler returns: what IndexedDB has not committed yet is lost
 * when the page is left. Each entry is an item of its own, so that tabs never overwrite each other's. Tabs may send the
 * same entry at once without a lock: its Idempotency-Key makes the server store it once. The entries of one check are
 * sent in order, each after the answer to the one before, so the last decision made is the last one stored.
 */

import { addressOf } from "../shared/address.js";
import { postAhead } from "../shared/api.js";
import { keyChanges } from "../shared/api_key.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";

const KEPT_AS = `touchstone.outbox ${addressOf("/")} `; // another server may share this origin under another path
const MAX_CHECKS_AT_ONCE = 6;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const TIMEOUT_MS = 20_000;
const TEMPORARY = new Set([408, 425, 429]);

/**
 * Dispatches `change` when an entry is added, sent, refused or discarded. `detail` has its `checkId`; where this tab got
 * the answer `answered: {entry, review}`, and where another tab removed the entry `elsewhere: true`.
 */
export const outbox = new EventTarget();

const sending = new Set(); // ids of the checks whose entries this tab sends now
const unkept = new Map(); // entries that the browser would not store, by item name: they last as long as this page
let problem = null; // why the latest attempt failed, null after one that did not
let waitMs = FIRST_WAIT_MS;
let timer = null;

/** Keep a decision and send it; gives its entry. */
export function sendDecision({ checkId, name, decision, note }) {
  return add({ checkId, name, decision, body: { decision, note } });
}

/** Keep the withdrawal of a decision and send it. `review` names it: {review_id} or {idempotency_key}. */
export function sendWithdrawal({ checkId, name, decision, review }) {
  return add({ checkId, name, decision, body: review, withdraws: true });
}

/** All entries, oldest first; `refused` has title and detail where the server will not take it. */
export function entries() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(KEPT_AS));
  return [...names, ...unkept.keys()].sort().map(read).filter(Boolean);
}

/** The state of sending: why the latest attempt failed, or null; and whether entries last no longer than this page. */
export function sendingState() {
  return { problem, fragile: unkept.size > 0 };
}

/** Send what is waiting, now. */
export function sendNow() {
  clearTimeout(timer);
  timer = null;
  const waiting = new Set(entries().filter(isWaiting).map(({ checkId }) => checkId));
  for (const checkId of waiting) {
    if (sending.size >= MAX_CHECKS_AT_ONCE) break;
    sendAllOf(checkId);
  }
}

/** Send a refused entry again. */
export function retry(entry) {
  keep({ ...entry, refused: null });
  changed(entry.checkId);
  sendAllOf(entry.checkId);
}

/** Give up an entry. */
export function discard(entry) {
  forget(entry);
  changed(entry.checkId);
}

for (const event of ["online", "pageshow"]) addEventListener(event, sendSoon);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendSoon());
keyChanges.addEventListener("kept", sendSoon);
addEventListener("storage", ({ key, newValue, oldValue }) => {
  if (!key?.startsWith(KEPT_AS)) return;
  const { checkId } = JSON.parse(newValue ?? oldValue);
  changed(checkId, { elsewhere: newValue === null });
});
addEventListener("beforeunload", (event) => unkept.size && event.preventDefault());
sendNow();

function add(content) {
  const last = entries().at(-1)?.order ?? 0;
  const order = Math.max(Date.now(), last + 1); // later than all others even where the clock was set back
  const entry = { ...content, order, key: newIdempotencyKey(), refused: null };
  keep(entry);
  sendAllOf(entry.checkId);
  changed(entry.checkId);
  return entry;
}

async function sendAllOf(checkId) {
  if (sending.has(checkId)) return;
  sending.add(checkId);
  try {
    for (let entry = next(checkId); entry; entry = next(checkId)) await send(entry);
  } catch (failure) {
    return noteFailure(failure);
  } finally {
    sending.delete(checkId);
  }
  waitMs = FIRST_WAIT_MS;
  if (timer === null) sendNow(); // those that found too many being sent
}

async function send(entry) {
  const path = `/v1/checks/${encodeURIComponent(entry.checkId)}/review${entry.withdraws ? "/withdrawal" : ""}`;
  try {
    const review = await postAhead(path, entry.body, entry.withdraws ? {} : { "Idempotency-Key": entry.key }, {
      timeoutMs: TIMEOUT_MS,
      isAnswer: (answer) => Number.isInteger(answer?.review_id),
    });
    forget(entry);
    problem = null;
    changed(entry.checkId, { answered: { entry, review } });
  } catch (refusal) {
    if (!isFinal(refusal)) throw refusal;
    if (!read(nameOf(entry))) return; // another tab had an answer, or it was discarded
    keep({ ...entry, refused: { title: refusal.title, detail: refusal.detail } });
    changed(entry.checkId);
  }
}

/** Whether sending the same again is useless. A missing key can be typed, and what is no problem document is a proxy's. */
function isFinal({ status, code }) {
  return status >= 400 && status < 500 && status !== 401 && !TEMPORARY.has(status) && code !== "no_answer";
}

function noteFailure(failure) {
  if (!failure.title) throw failure; // a bug, for the console
  problem = failure;
  outbox.dispatchEvent(new CustomEvent("change", { detail: {} }));
  if (failure.status === 401) return; // until a key is typed
  timer ??= setTimeout(sendNow, waitMs * (0.5 + Math.random() / 2)); // jitter spreads the retries of several tabs
  waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
}

function sendSoon() {
  waitMs = FIRST_WAIT_MS;
  sendNow();
}

function next(checkId) {
  return entries().find((entry) => entry.checkId === checkId && isWaiting(entry));
}

function isWaiting({ refused }) {
  return !refused;
}

function keep(entry) {
  try {
    localStorage.setItem(nameOf(entry), JSON.stringify(entry));
  } catch {
    localStorage.removeItem(nameOf(entry)); // what it was before: refused, it would still be sent, without end
    unkept.set(nameOf(entry), entry); // full
  }
}

function forget(entry) {
  localStorage.removeItem(nameOf(entry));
  unkept.delete(nameOf(entry));
}

function read(name) {
  const kept = localStorage.getItem(name);
  return kept ? JSON.parse(kept) : (unkept.get(name) ?? null);
}

function nameOf({ order, key }) {
  return `${KEPT_AS}${String(order).padStart(16, "0")} ${key}`;
}

function changed(checkId, detail = {}) {
  outbox.dispatchEvent(new CustomEvent("change", { detail: { checkId, ...detail } }));
}
