/** The photos of an answer: one large with its evidence map and outline, the others in a strip, and the crops below. */

import { element, icon } from "../shared/element.js";
import { counted, percent, sentence, share } from "../shared/formatting.js";
import { bindKeys } from "../shared/keys.js";
import { outcomeWords } from "../shared/wording.js";
import { CropPanel } from "./crop_panel.js";
import { photoToOpen } from "./opened_photo.js";
import { PhotoPictures } from "./photo_pictures.js";

const OPACITY_KEPT_AS = "touchstone.evidence_opacity";
const OUTLINE_HIDDEN_AS = "touchstone.outline_hidden";

export class PhotoStage {
  #answer;
  #pictures;
  #index = null;
  #shownBefore = 70;

  /** `fallbackUrls` are shown for photos that the server doesn't keep. `ready` is done when all photos can be judged. */
  constructor(answer, fallbackUrls = []) {
    this.#answer = answer;
    this.#pictures = new PhotoPictures(answer, fallbackUrls);
    this.crops = new CropPanel(answer.check_id, answer.photos, (box) => this.#outline(box));
    this.#build();
    const opened = this.show(photoToOpen(answer)); // first, so that it is asked for first
    this.ready = Promise.all([opened, ...answer.photos.map(({ index }) => this.#fillThumbnail(index))]);
    this.ready.then(() => this.#prefetch(this.#index + 1));
    bindKeys({
      ArrowLeft: () => this.show(this.#index - 1),
      ArrowRight: () => this.show(this.#index + 1),
      e: () => this.#toggleEvidence(),
      o: () => this.#toggleOutline(),
      z: () => this.#toggleZoom(),
    });
  }

  /** Show a photo; an index past either end does nothing. */
  async show(index) {
    const photo = this.#answer.photos[index];
    if (!photo || index === this.#index) return;
    this.#index = index;
    this.#zoom(false);
    this.strip.querySelectorAll("button").forEach((button, at) => {
      if (at === index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.strip.children[index]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.caption.replaceChildren(...captionOf(photo, this.#answer));
    await this.#paint(photo);
  }

  /** Release the object URLs; the stage is not used again. */
  close() {
    this.#index = null;
    this.crops.close();
    return this.#pictures.close();
  }

  #build() {
    this.view = element("div", { class: "stage-view", role: "group", "aria-label": "Photo", click: () => this.#toggleZoom() });
    this.caption = element("div", { class: "stage-caption", "aria-live": "polite" });
    this.slider = element("input", { type: "range", id: "evidence-opacity", min: 0, max: 100, step: 1 });
    this.slider.value = localStorage.getItem(OPACITY_KEPT_AS) ?? 70;
    this.slider.addEventListener("input", () => this.#applyOpacity());
    this.reading = element("output", { for: "evidence-opacity" });
    this.outlineButton = element(
      "button",
      { type: "button", class: "outline-switch", click: () => this.#toggleOutline() },
      "Product outline",
      element("kbd", { "aria-hidden": "true" }, "o"),
    );
    this.zoomButton = element(
      "button",
      { type: "button", class: "zoom", "aria-pressed": "false", click: () => this.#toggleZoom() },
      "Zoom",
      element("kbd", { "aria-hidden": "true" }, "z"),
    );
    this.pixels = element("p", { class: "stage-pixels", role: "status" });
    this.evidenceTools = element(
      "div",
      { class: "evidence-tools" },
      element(
        "div",
        { class: "evidence-slider" },
        element("label", { for: "evidence-opacity" }, "Evidence map"),
        this.slider,
        this.reading,
      ),
      element(
        "p",
        { class: "legend" },
        element("span", {}, "counterfeit"),
        element("span", { class: "legend-ramp", "aria-hidden": "true" }),
        element("span", {}, "genuine"),
        element("span", { class: "visually-hidden" }, ": red areas speak for counterfeit, blue areas for genuine"),
      ),
    );
    this.tools = element("div", { class: "stage-tools" }, this.evidenceTools, this.outlineButton, this.zoomButton, this.pixels);
    this.strip = element("ol", { class: "strip", "aria-label": "All photos" });
    this.strip.append(...this.#answer.photos.map((photo) => this.#thumbnail(photo)));
    this.strip.hidden = this.#answer.photos.length < 2;
    this.root = element("section", { class: "stage", "aria-label": "Photos and evidence" });
    this.root.append(this.view, this.tools, this.caption, this.strip, this.crops.root);
    this.#applyOpacity();
    this.#applyOutline();
  }

  #thumbnail(photo) {
    const label = photo.error ? "not read" : photo.authenticity === null ? "unclear" : percent(photo.authenticity);
    const button = element(
      "button",
      { type: "button", "aria-label": `Photo ${photo.index + 1}, ${inWords(photo, this.#answer)}`, click: () => this.show(photo.index) },
      element("span", { class: photo.error ? "thumb" : "thumb skeleton" }, photo.error ? icon("none") : null),
      element("span", { class: `tag tone-${toneOf(photo)}` }, photo.error ? null : icon(toneOf(photo)), label),
    );
    return element("li", {}, button);
  }

  async #fillThumbnail(index) {
    if (this.strip.hidden || this.#answer.photos[index].error) return;
    const frame = this.strip.children[index].querySelector(".thumb");
    const picture = await decoded(await this.#pictures.strip(index), { alt: "" });
    frame.replaceChildren(picture ?? icon("none"));
    frame.classList.remove("skeleton");
  }

  async #paint(photo) {
    const { index, error, evidence_url, outline_url } = photo;
    this.tools.hidden = Boolean(error);
    this.evidenceTools.hidden = !evidence_url;
    this.outlineButton.hidden = !outline_url;
    this.view.classList.remove("zoomable");
    this.view.replaceChildren(error ? note("No picture to show", sentence(error.message)) : element("div", { class: "skeleton" }));
    this.view.setAttribute("aria-busy", String(!error));
    this.crops.expect(index);
    const url = await this.#pictures.page(index);
    const picture = await decoded(url, { class: "photo", alt: `Photo ${index + 1} of ${this.#answer.photos.length}` });
    if (index !== this.#index || error) return;
    this.view.setAttribute("aria-busy", "false");
    if (!picture) return this.#showMissing(url);
    const frame = element("div", { class: "stage-photo" }, picture);
    frame.style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight);
    this.view.classList.add("zoomable");
    this.view.replaceChildren(frame);
    await Promise.all([this.crops.show(index, url), this.#layEvidence(index, frame), this.#layOutline(photo, frame)]);
  }

  #showMissing(url) {
    const why = url ? "This browser can’t show its format, and the server keeps no copy." : "It is not on the server, or the server can’t be reached.";
    this.tools.hidden = true;
    this.crops.show(this.#index, null);
    this.view.replaceChildren(note("No picture to show", why));
  }

  async #layEvidence(index, frame) {
    const alt = `Evidence map over photo ${index + 1}: red areas speak for counterfeit, blue areas for genuine`;
    const overlay = await decoded(await this.#pictures.evidence(index), { class: "evidence", alt });
    if (!overlay) return;
    overlay.style.opacity = this.slider.value / 100;
    frame.append(overlay);
  }

  async #layOutline({ index, product_share }, frame) {
    const alt = `Outline of the product in photo ${index + 1}, which fills ${share(product_share)} of it`;
    const outline = await decoded(await this.#pictures.outline(index), { class: "product-outline", alt });
    if (outline) frame.append(outline);
    this.#applyOutline();
  }

  #prefetch(index) {
    if (this.#answer.photos[index]) this.#pictures.page(index, "low");
  }

  /** Draw a frame around a crop, given as shares of the photo; null takes it away. */
  #outline(box) {
    const frame = this.view.querySelector(".stage-photo");
    frame?.querySelector(".crop-outline")?.remove();
    if (!frame || !box) return;
    const [x0, y0, x1, y1] = box.map((side) => `${100 * side}%`);
    const outline = element("div", { class: "crop-outline", "aria-hidden": "true" });
    Object.assign(outline.style, { left: x0, top: y0, width: `calc(${x1} - ${x0})`, height: `calc(${y1} - ${y0})` });
    frame.append(outline);
  }

  #applyOpacity() {
    const { value } = this.slider;
    this.reading.textContent = `${value} %`;
    localStorage.setItem(OPACITY_KEPT_AS, value);
    const overlay = this.view.querySelector(".evidence");
    if (overlay) overlay.style.opacity = value / 100;
  }

  #toggleEvidence() {
    if (Number(this.slider.value) > 0) {
      this.#shownBefore = this.slider.value;
      this.slider.value = 0;
    } else {
      this.slider.value = this.#shownBefore;
    }
    this.#applyOpacity();
  }

  #toggleOutline() {
    if (localStorage.getItem(OUTLINE_HIDDEN_AS)) localStorage.removeItem(OUTLINE_HIDDEN_AS);
    else localStorage.setItem(OUTLINE_HIDDEN_AS, "1");
    this.#applyOutline();
  }

  #applyOutline() {
    const hidden = localStorage.getItem(OUTLINE_HIDDEN_AS) !== null;
    this.outlineButton.setAttribute("aria-pressed", String(!hidden));
    const outline = this.view.querySelector(".product-outline");
    if (outline) outline.hidden = hidden;
  }

  #toggleZoom() {
    if (this.view.classList.contains("zoomable")) this.#zoom(!this.view.classList.contains("zoomed"));
  }

  #zoom(on) {
    this.view.classList.toggle("zoomed", on);
    this.view.tabIndex = on ? 0 : -1;
    this.zoomButton.setAttribute("aria-pressed", String(on));
    this.pixels.textContent = "";
    if (!on) return;
    this.#centre(this.view.querySelector(".crop-outline") ?? this.view.querySelector(".photo"));
    this.#sharpen();
  }

  /** Scroll a part of the photo into the middle. */
  #centre(part) {
    const { offsetLeft, offsetTop } = part.offsetParent;
    const across = offsetLeft + part.offsetLeft + part.offsetWidth / 2;
    const down = offsetTop + part.offsetTop + part.offsetHeight / 2;
    this.view.scrollTo(across - this.view.clientWidth / 2, down - this.view.clientHeight / 2);
  }

  /** Put the photo with all its pixels in place of a picture that is shown larger than it is. */
  async #sharpen() {
    const index = this.#index;
    const picture = this.view.querySelector(".photo");
    if (picture.clientWidth * devicePixelRatio <= picture.naturalWidth) return;
    this.pixels.textContent = "Loading every pixel…";
    const full = await decoded(await this.#pictures.full(index), { class: "photo", alt: picture.alt });
    if (index !== this.#index || !this.view.classList.contains("zoomed")) return;
    if (full) this.view.querySelector(".photo").replaceWith(full);
    this.pixels.textContent = full ? `${full.naturalWidth} × ${full.naturalHeight} px, as uploaded` : "Only a smaller copy can be shown.";
  }
}

/** An <img> that is decoded already, so that nothing jumps when it is shown; null where it can't be. */
async function decoded(url, attributes) {
  if (!url) return null;
  const picture = element("img", { src: url, ...attributes });
  try {
    await picture.decode();
  } catch {
    return null;
  }
  picture.width = picture.naturalWidth;
  picture.height = picture.naturalHeight;
  return picture;
}

function note(title, message) {
  return element("p", { class: "stage-note" }, element("strong", {}, title), message);
}

function captionOf(photo, answer) {
  const { photos, reasons } = answer;
  const own = inWords(photo, answer);
  const words = photos.length > 1 ? `Photo ${photo.index + 1} of ${photos.length}: ${own}` : own;
  const about = element("p", { class: `about tone-${toneOf(photo)}` }, icon(toneOf(photo)), words);
  const advice = reasons.filter((reason) => reason.photo === photo.index && photo.quality.includes(reason.code));
  const hints = advice.map(({ message }) => element("p", { class: "hint" }, message));
  const matches = photo.matches?.length ? element("p", { class: "soft" }, `Seen before: ${counted(photo.matches.length, "match", "matches")}`) : null;
  return [about, ...hints, ...(matches ? [matches] : [])];
}

function toneOf(photo) {
  return photo.outcome ?? "none";
}

function inWords(photo, { authenticity_kind }) {
  if (photo.error) return sentence(photo.error.message);
  const title = outcomeWords({ outcome: photo.outcome, authenticity_kind }).title;
  return photo.authenticity === null ? title : `${title}, ${percent(photo.authenticity)}`;
}
