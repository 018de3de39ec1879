/** The field that takes photos by URL, where this server fetches them: typed, or pasted with one URL or several. */

import { byId } from "../shared/element.js";

const MAX_LENGTH = 4096; // that of the API

export class PhotoUrlField {
  #field = byId("photo-url"); // null where this server fetches none
  #problem = byId("photo-url-problem");
  #add;

  /** `add(urls)` is called with the URLs that were typed or pasted, each of http or https. */
  constructor(add) {
    this.#add = add;
    if (!this.#field) return;
    byId("add-url").addEventListener("click", () => this.take(true));
    this.#field.addEventListener("input", () => this.#show(null));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // which would send the form
      this.take(true);
    });
    this.#field.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (partsOf(text).length < 2) return;
      event.preventDefault(); // a field of one line would join them
      this.#field.value = partsOf(text).join(" ");
      this.take(true);
    });
  }

  /** Add what is typed; false where it is no URL, or where nothing is typed though it is required. */
  take(required = false) {
    const parts = this.#field ? partsOf(this.#field.value) : [];
    if (!parts.length && !required) return true;
    const wrong = parts.find((part) => !isWebUrl(part));
    if (wrong !== undefined || !parts.length) {
      this.#show(wrong === undefined ? "Type the URL of a photo first." : `${shortened(wrong)} is no URL of http or https, such as https://shop.example/1.jpg.`);
      this.#field.focus();
      return false;
    }
    this.#field.value = "";
    this.#show(null);
    this.#add(parts);
    return true;
  }

  #show(problem) {
    this.#problem.textContent = problem ?? "";
    this.#problem.hidden = problem === null;
    this.#field.setAttribute("aria-invalid", String(problem !== null));
  }
}

/** A short name of a photo's URL: its file, or its host. */
export function nameOfUrl(url) {
  const { host, pathname } = new URL(url);
  return pathname.split("/").filter(Boolean).at(-1) ?? host;
}

function partsOf(text) {
  return text.split(/\s+/).filter(Boolean);
}

function isWebUrl(text) {
  return text.length <= MAX_LENGTH && /^https?:\/\/./i.test(text) && URL.canParse(text);
}

function shortened(text) {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
