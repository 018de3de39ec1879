/** The page of the HTTP API: sends what a form holds to this server, and shows the answer as it came. */

import { send } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { element } from "../shared/element.js";
import { wireKeys } from "../shared/keys.js";

const MAX_CHARACTERS = 200_000; // more text than this would only make the page slow

wireKeys();
wireForgetting();
for (const form of document.querySelectorAll(".api-try form")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tryOperation(form);
  });
}

async function tryOperation(form) {
  const result = form.querySelector(".api-result");
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  result.replaceChildren(element("p", { class: "api-soft" }, "Sending…"));
  const began = performance.now();
  try {
    const response = await send(addressOf(form), requestOf(form));
    const took = Math.round(performance.now() - began);
    result.replaceChildren(element("p", {}, `${response.status} ${response.statusText}, ${took} ms`), ...(await shown(response)));
  } catch (problem) {
    result.replaceChildren(element("p", {}, problem.detail || problem.message));
  } finally {
    button.disabled = false;
  }
}

function addressOf(form) {
  const query = new URLSearchParams(filled(form, "query").map(({ name, value }) => [name, value]));
  let path = form.dataset.path;
  for (const { name, value } of filled(form, "path")) path = path.replace(`{${name}}`, encodeURIComponent(value));
  return query.size ? `${path}?${query}` : path;
}

function requestOf(form) {
  const { method } = form.dataset;
  const headers = Object.fromEntries(filled(form, "header").map(({ name, value }) => [name, value]));
  const [text] = filled(form, "body");
  if (text) return { method, body: text.value, headers: { ...headers, "Content-Type": text.dataset.mediaType } };
  const parts = filled(form, "form");
  if (!parts.length) return { method, headers };
  const body = new FormData();
  for (const part of parts) {
    if (part.type === "file") for (const file of part.files) body.append(part.name, file, file.name);
    else body.append(part.name, new Blob([part.value], { type: "application/json" }));
  }
  return { method, headers, body };
}

function filled(form, where) {
  return [...form.querySelectorAll(`[data-where="${where}"]`)].filter(({ value }) => value !== "");
}

async function shown(response) {
  const kind = response.headers.get("Content-Type") ?? "";
  const body = await response.blob();
  if (!body.size) return [element("p", { class: "api-soft" }, "No body.")];
  if (kind.startsWith("image/")) return [element("img", { src: URL.createObjectURL(body), alt: "The picture that the server answered" })];
  const text = await body.text();
  return [element("p", { class: "api-soft" }, kind), element("pre", { tabindex: "0", "aria-label": "The answer’s body" }, cut(kind.includes("json") ? indented(text) : text))];
}

function cut(text) {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}\n… (${text.length - MAX_CHARACTERS} more characters)` : text;
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
