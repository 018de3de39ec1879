/** The two or three crops of a photo that contributed most to its verdict, strongest first, with nearest references. */

import { getJson, getPicture } from "../shared/api.js";
import { element } from "../shared/element.js";
import { cropMeaning, listingName } from "../shared/wording.js";

const CROP_PX = 256; // of a drawn crop's longer side
const PLACES = [0, 1, 2]; // for as many crops as a photo has at most
const LABELS = ["genuine", "counterfeit"];

export class CropPanel {
  #checkId;
  #photos;
  #onPick;
  #index = null;
  #found = new Map(); // by photo: its crops, as a Promise, fetched when the photo is first shown
  #urls = [];

  /** `photos` are those of an answer; `onPick(box)` is called with the crop to outline on the photo, null for none. */
  constructor(checkId, photos, onPick) {
    this.#checkId = checkId;
    this.#photos = photos;
    this.#onPick = onPick;
    this.title = element("h2", { id: "crops-title" }, "What mattered in this photo");
    this.list = element("ol", { class: "crop-list" });
    this.root = element("section", { class: "crops", "aria-labelledby": "crops-title", hidden: true });
  }

  /** Show that the crops of a photo are on their way, and ask for them; nothing where there are none to show. */
  expect(index) {
    this.#index = index;
    this.root.hidden = !this.#photos[index].evidence_url;
    this.#onPick(null);
    if (this.root.hidden) return;
    this.root.replaceChildren(this.title, element("ol", { class: "crop-list", "aria-busy": "true" }, ...PLACES.map(place)));
    this.#crops(index);
  }

  /** Show the crops of a photo, whose picture `url` is, with the strongest one outlined; none where there is none. */
  async show(index, url) {
    const crops = url && this.#photos[index].evidence_url ? await this.#crops(index) : [];
    const picture = crops.length ? await loaded(url).catch(() => null) : null;
    if (index !== this.#index) return;
    this.root.hidden = !picture;
    if (!picture) return;
    this.list.replaceChildren(...crops.map((crop, at) => this.#item(crop, at, picture)));
    const referred = crops.some((crop) => LABELS.some((label) => crop[label]));
    const note = referred ? element("p", { class: "soft" }, "Beside each part: the most similar references.") : "";
    this.root.replaceChildren(this.title, note, this.list);
    this.#pick(this.list.querySelector("button"), crops[0].box);
  }

  /** Release the object URLs; the panel is not used again. */
  close() {
    this.#index = null;
    for (const url of this.#urls) URL.revokeObjectURL(url);
  }

  #crops(index) {
    if (!this.#found.has(index)) this.#found.set(index, this.#fetch(index).catch(() => []));
    return this.#found.get(index);
  }

  async #fetch(index) {
    const { crops } = await getJson(`/v1/checks/${encodeURIComponent(this.#checkId)}/photos/${index}/crops`);
    return Promise.all(crops.map((crop) => this.#withReferences(crop)));
  }

  async #withReferences({ box, contribution, nearest_genuine, nearest_counterfeit }) {
    const [genuine, counterfeit] = await Promise.all([nearest_genuine, nearest_counterfeit].map((one) => this.#picture(one)));
    return { box, contribution, genuine, counterfeit };
  }

  async #picture(nearest) {
    const url = nearest && (await getPicture(nearest.url).catch(() => null)); // it may have been erased meanwhile
    if (!url) return null;
    this.#urls.push(url);
    return { ...nearest, url };
  }

  #item(crop, at, picture) {
    const meaning = cropMeaning(crop.contribution);
    const button = element(
      "button",
      { type: "button", "aria-pressed": "false", "aria-label": `Part ${at + 1}: ${meaning}. Outline it on the photo`, click: () => this.#pick(button, crop.box) },
      cut(picture, crop.box),
      element("span", {}, meaning),
    );
    const references = LABELS.filter((label) => crop[label]).map((label) => reference(crop[label], at));
    return element("li", { class: `tone-${crop.contribution < 0 ? "counterfeit" : "genuine"}` }, button, references);
  }

  #pick(button, box) {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of this.list.querySelectorAll("button")) other.setAttribute("aria-pressed", String(on && other === button));
    this.#onPick(on ? box : null);
  }
}

function place() {
  return element("li", {}, element("span", { class: "crop-place skeleton" }));
}

function reference(nearest, at) {
  const likeness = `likeness ${nearest.similarity.toFixed(2)}`;
  const alt = `Nearest ${nearest.label} reference to part ${at + 1}${listingName(nearest.listing)}, ${likeness}`;
  return element(
    "figure",
    {},
    element("img", { src: nearest.url, alt }),
    element("figcaption", {}, element("span", { class: `tone-${nearest.label}` }, nearest.label), ` ${likeness}`),
  );
}

function cut(picture, [x0, y0, x1, y1]) {
  const [width, height] = [(x1 - x0) * picture.naturalWidth, (y1 - y0) * picture.naturalHeight];
  const scale = CROP_PX / Math.max(width, height);
  const canvas = element("canvas", { width: Math.round(width * scale), height: Math.round(height * scale), "aria-hidden": "true" });
  const from = [x0 * picture.naturalWidth, y0 * picture.naturalHeight, width, height];
  canvas.getContext("2d").drawImage(picture, ...from, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function loaded(url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture;
}
