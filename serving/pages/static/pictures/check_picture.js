/** Small pictures that are fetched when they scroll into view. */

import { getPicture } from "../shared/api.js";
import { element } from "../shared/element.js";

/** The path of a photo at a smaller size; `sidePx` is 160 or 1600. */
export function renditionPath(checkId, index, sidePx) {
  return `/v1/checks/${encodeURIComponent(checkId)}/photos/${index}/renditions/${sidePx}`;
}

const whenSeen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) target.dispatchEvent(new Event("seen"));
  },
  { rootMargin: "200px" },
);

export class SeenPicture {
  #url = null;
  #address;

  /** `address` is a path of the API; null where there is no photo to show. */
  constructor(address) {
    this.#address = address;
    this.root = element("span", { class: "row-thumb" });
    this.root.addEventListener("seen", () => this.#show(), { once: true });
    whenSeen.observe(this.root);
  }

  /** Release its object URL; it is not used again. */
  close() {
    whenSeen.unobserve(this.root);
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  async #show() {
    whenSeen.unobserve(this.root);
    if (!this.#address) return;
    try {
      this.#url = await getPicture(this.#address);
      this.root.replaceChildren(element("img", { src: this.#url, alt: "", decoding: "async" }));
    } catch {
      this.root.replaceChildren("no photo");
    }
  }
}

/** A small picture of a check's photo. */
export class CheckPicture extends SeenPicture {
  /** `index` is the photo's; null where the check has none to show. */
  constructor(checkId, index) {
    super(index === null ? null : renditionPath(checkId, index, 160));
  }
}
