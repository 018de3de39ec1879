/** The pictures of an answer's photos as object URLs, each fetched once and only when it is first asked for. */

import { getPicture } from "../shared/api.js";
import { renditionPath } from "../pictures/check_picture.js";

export class PhotoPictures {
  #answer;
  #fallbackUrls;
  #found = new Map(); // by address: a Promise of its object URL, null where there is none

  /** `fallbackUrls` are shown for photos that the server doesn't keep. */
  constructor(answer, fallbackUrls) {
    this.#answer = answer;
    this.#fallbackUrls = fallbackUrls;
  }

  /** The small picture for the strip. */
  strip(index) {
    return this.#photo(index, renditionPath(this.#answer.check_id, index, 160), "low");
  }

  /** The picture that fills the page. */
  page(index, priority = "high") {
    return this.#photo(index, renditionPath(this.#answer.check_id, index, 1600), priority);
  }

  /** The photo with all its pixels. */
  full(index) {
    return this.#photo(index, `/v1/checks/${encodeURIComponent(this.#answer.check_id)}/photos/${index}`, "high");
  }

  /** The evidence map, to lie over the photo. */
  evidence(index) {
    const { evidence_url } = this.#answer.photos[index];
    return evidence_url ? this.#fetched(evidence_url, "auto") : Promise.resolve(null);
  }

  /** The product's outline, to lie over the photo. */
  outline(index) {
    const { outline_url } = this.#answer.photos[index];
    return outline_url ? this.#fetched(outline_url, "auto") : Promise.resolve(null);
  }

  /** Release the object URLs; no picture is asked for again. */
  async close() {
    for (const url of await Promise.all(this.#found.values())) if (url) URL.revokeObjectURL(url);
  }

  async #photo(index, path, priority) {
    if (this.#answer.photos[index].error) return null;
    return (await this.#fetched(path, priority)) ?? this.#fallbackUrls[index] ?? null;
  }

  #fetched(path, priority) {
    if (!this.#found.has(path)) this.#found.set(path, getPicture(path, priority).catch(() => this.#forget(path)));
    return this.#found.get(path);
  }

  #forget(path) {
    this.#found.delete(path); // so that it is asked for again when its photo is next shown
    return null;
  }
}
