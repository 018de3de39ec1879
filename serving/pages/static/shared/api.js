/** Calls of the HTTP API: the API key is sent when there is one, and every failure is a Problem. */

import { addressOf } from "./address.js";
import { askForKey, keptKey } from "./api_key.js";
import { element } from "./element.js";
import { base64Of } from "./file_base64.js";
import { inTurn } from "./picture_turns.js";
import { Problem } from "./problem_box.js";

const PICTURE_TRIES = 5;
const DOWNLOAD_MS = 60_000; // until the browser has surely read a file

/** Call an address and give the answer whatever its status; an API key is asked for where one is needed. */
export async function send(path, options = {}) {
  for (let key = keptKey(); ; key = await askForKey(key)) {
    const response = await reach(path, options, key);
    if (response.status !== 401) return response;
  }
}

/** GET an address and give its JSON. */
export async function getJson(path) {
  return jsonOf(await ask(path));
}

/** GET the JSON at an address with the key that is kept; null where that is refused or fails. No key is asked for. */
export async function getIfAllowed(path) {
  try {
    const response = await reach(path, {}, keptKey());
    return response.ok ? await jsonOf(response) : null;
  } catch {
    return null;
  }
}

/** POST a body as JSON and give the answer's JSON, or null when there is none. */
export function postJson(path, body, headers = {}) {
  return sendJson("POST", path, body, headers);
}

/** PATCH what is at an address and give the answer's JSON. */
export function patchJson(path, body) {
  return sendJson("PATCH", path, body);
}

/** PUT a body as JSON in the place of what is at an address, and give the answer's JSON. */
export function putJson(path, body) {
  return sendJson("PUT", path, body);
}

async function sendJson(method, path, body, headers = {}) {
  const response = await ask(path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return response.status === 204 ? null : jsonOf(response);
}

/** POST a file as it is and give the answer's JSON. */
export async function postFile(path, file, headers) {
  return jsonOf(await ask(path, { method: "POST", headers, body: file }));
}

/** DELETE what is at an address and give the answer's JSON. */
export async function sendDelete(path) {
  return jsonOf(await ask(path, { method: "DELETE" }));
}

/** DELETE what is at an address. */
export async function deleteAt(path) {
  await ask(path, { method: "DELETE" });
}

/**
 * POST a small body as JSON ahead of the page's downloads; it goes on where the page is left meanwhile.
 * No key is asked for: a missing or wrong one is a Problem of status 401. `isAnswer` is false for JSON of another server.
 */
export async function postAhead(path, body, headers, { timeoutMs, isAnswer }) {
  const sent = {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    priority: "high",
    keepalive: true, // browsers take 64 KiB of such bodies at a time and fail more, which is then sent again
    signal: AbortSignal.timeout(timeoutMs),
  };
  const response = await reach(path, sent, keptKey());
  if (!response.ok) throw await problemOf(response);
  const answer = await jsonOf(response);
  if (!isAnswer(answer)) throw noAnswer(response); // JSON of something between this page and the server
  return answer;
}

/** GET a file's text. */
export async function getText(path) {
  return (await ask(path)).text();
}

/** GET a file and let the browser keep it under a name; a link itself could not send the API key. */
export async function downloadFile(path, name) {
  await keepFile(await ask(path), name);
}

/** POST for a file that the server makes, and let the browser keep it under the name that the server gives. */
export async function downloadMade(path, name) {
  const response = await ask(path, { method: "POST" });
  await keepFile(response, /filename="([^"/\\]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? name);
}

async function keepFile(response, name) {
  const link = element("a", { download: name });
  link.href = URL.createObjectURL(await response.blob());
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
}

/**
 * GET a picture as an object URL; an <img> itself could not send the API key. `priority` is that of fetch.
 * A server that is busy with checks refuses pictures first, so it is asked again a few times.
 */
export async function getPicture(path, priority = "auto") {
  return URL.createObjectURL(await loadPicture(path, priority));
}

/** GET a picture ahead of need, so that the browser has it when a page asks for it. */
export async function prefetchPicture(path) {
  await loadPicture(path, "low");
}

async function loadPicture(path, priority) {
  for (let asked = 1; ; asked += 1) {
    try {
      return await inTurn(priority, async () => (await ask(path, { priority })).blob());
    } catch (problem) {
      if (problem.status !== 503 || asked === PICTURE_TRIES) throw problem;
      await new Promise((resolve) => setTimeout(resolve, 1000 * problem.retryAfterS));
    }
  }
}

/**
 * POST photos to be checked, each a File or a URL that the server fetches, and give the verdict.
 * `onSent(share)` is called with the share of bytes sent, 0 to 1; fetch has no upload progress, so this is an XMLHttpRequest.
 */
export async function sendCheck({ photos, listing, idempotencyKey, onSent }) {
  const body = photos.every((photo) => photo instanceof File) ? formOf(photos, listing) : await jsonBodyOf(photos, listing);
  for (let key = keptKey(); ; key = await askForKey(key)) {
    const response = await upload(body, idempotencyKey, key, onSent);
    if (response.status === 401) continue;
    if (!response.ok) throw await problemOf(response);
    return jsonOf(response);
  }
}

async function ask(path, options) {
  const response = await send(path, options);
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function reach(path, options, key) {
  try {
    return await fetch(addressOf(path), { ...options, headers: { ...options.headers, ...authorization(key) } });
  } catch {
    throw unreachable();
  }
}

function formOf(photos, listing) {
  const form = new FormData();
  for (const photo of photos) form.append("photos", photo, photo.name || "photo");
  form.append("listing", new Blob([JSON.stringify(listing)], { type: "application/json" }));
  return form;
}

async function jsonBodyOf(photos, listing) {
  const sent = await Promise.all(photos.map(async (photo) => (photo instanceof File ? { base64: await base64Of(photo) } : { url: photo })));
  return new Blob([JSON.stringify({ photos: sent, listing })], { type: "application/json" });
}

function upload(body, idempotencyKey, key, onSent) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", addressOf("/v1/checks"));
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    for (const [name, value] of Object.entries(authorization(key))) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onSent(event.loaded / event.total));
    request.upload.addEventListener("load", () => onSent(1));
    request.addEventListener("load", () => resolve(asResponse(request)));
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("timeout", () => reject(unreachable()));
    request.send(body);
  });
}

function asResponse(request) {
  const requestId = request.getResponseHeader("X-Request-ID") ?? "";
  return new Response(request.responseText, { status: request.status, headers: { "X-Request-ID": requestId } });
}

function authorization(key) {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function problemOf(response) {
  const requestId = response.headers.get("X-Request-ID");
  try {
    const retryAfterS = Number(response.headers.get("Retry-After")) || 1;
    const body = await response.json();
    if (typeof body.code !== "string") return noAnswer(response); // a firewall's or a proxy's JSON
    return new Problem({ requestId, retryAfterS, ...body, status: response.status });
  } catch {
    return noAnswer(response);
  }
}

/** The JSON of a successful answer; what is none is a network's sign-in page, or an answer that broke off. */
async function jsonOf(response) {
  try {
    return await response.json();
  } catch {
    throw noAnswer(response);
  }
}

function noAnswer({ status, headers }) {
  return new Problem({
    status,
    code: "no_answer",
    title: "The server could not answer",
    detail: `Something between this page and the server answered ${status}. Try again in a moment.`,
    requestId: headers.get("X-Request-ID"),
  });
}

function unreachable() {
  return new Problem({
    status: 0,
    code: "unreachable",
    title: "The server can’t be reached",
    detail: "Check your connection, or whether the server still runs, and try again. Nothing on this page is lost.",
  });
}
