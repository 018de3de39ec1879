/** The photos of an answer: one large with its evidence map and a slider, the others in a strip, and the crops below. */

import { getPicture } from "../shared/api.js";
import { element, icon } from "../shared/element.js";
import { counted, percent, sentence } from "../shared/formatting.js";
import { bindKeys } from "../shared/keys.js";
import { OUTCOMES } from "../shared/wording.js";
import { CropPanel } from "./crop_panel.js";

const OPACITY_KEPT_AS = "touchstone.evidence_opacity";

export class PhotoStage {
  #answer;
  #fallbackUrls;
  #index = 0;
  #pictures = []; // one a photo: Promise<{photo, evidence}> of object URLs, null where there is none
  #shownBefore = 70;

  /** `fallbackUrls` are shown for photos that the server doesn't keep. */
  constructor(answer, fallbackUrls = []) {
    this.#answer = answer;
    this.#fallbackUrls = fallbackUrls;
    this.#pictures = answer.photos.map((photo) => this.#fetchPictures(photo));
    this.crops = new CropPanel(answer.check_id, answer.photos, (box) => this.#outline(box));
    this.#build();
    this.show(0);
    bindKeys({
      ArrowLeft: () => this.show(this.#index - 1),
      ArrowRight: () => this.show(this.#index + 1),
      e: () => this.#toggleEvidence(),
      z: () => this.#toggleZoom(),
    });
  }

  /** Show a photo; an index past either end does nothing. */
  show(index) {
    const photo = this.#answer.photos[index];
    if (!photo) return;
    this.#index = index;
    this.#zoom(false);
    this.strip.querySelectorAll("button").forEach((button, at) => {
      if (at === index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.strip.children[index]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.caption.replaceChildren(...captionOf(photo, this.#answer));
    this.#paint(index);
  }

  /** Release the object URLs; the stage is not used again. */
  async close() {
    this.crops.close();
    for (const { photo, evidence } of await Promise.all(this.#pictures)) {
      for (const url of [photo, evidence]) if (url && !this.#fallbackUrls.includes(url)) URL.revokeObjectURL(url);
    }
  }

  async #fetchPictures(photo) {
    const kept = `/v1/checks/${encodeURIComponent(this.#answer.check_id)}/photos/${photo.index}`;
    const [picture, evidence] = await Promise.all([
      photo.error ? null : getPicture(kept).catch(() => null),
      photo.evidence_url ? getPicture(photo.evidence_url).catch(() => null) : null,
    ]);
    return { photo: picture ?? this.#fallbackUrls[photo.index] ?? null, evidence };
  }

  #build() {
    this.view = element("div", { class: "stage-view", role: "group", "aria-label": "Photo", click: () => this.#toggleZoom() });
    this.caption = element("div", { class: "stage-caption", "aria-live": "polite" });
    this.slider = element("input", { type: "range", id: "evidence-opacity", min: 0, max: 100, step: 1 });
    this.slider.value = localStorage.getItem(OPACITY_KEPT_AS) ?? 70;
    this.slider.addEventListener("input", () => this.#applyOpacity());
    this.reading = element("output", { for: "evidence-opacity" });
    this.zoomButton = element(
      "button",
      { type: "button", class: "zoom", "aria-pressed": "false", click: () => this.#toggleZoom() },
      "Zoom",
      element("kbd", { "aria-hidden": "true" }, "z"),
    );
    this.tools = element(
      "div",
      { class: "stage-tools" },
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
      this.zoomButton,
    );
    this.strip = element("ol", { class: "strip", "aria-label": "All photos" });
    this.strip.append(...this.#answer.photos.map((photo) => this.#thumbnail(photo)));
    this.strip.hidden = this.#answer.photos.length < 2;
    this.root = element("section", { class: "stage", "aria-label": "Photos and evidence" });
    this.root.append(this.view, this.tools, this.caption, this.strip, this.crops.root);
    this.#applyOpacity();
  }

  #thumbnail(photo) {
    const frame = element("span", { class: "thumb" }, icon("none"));
    this.#pictures[photo.index].then(({ photo: url }) => {
      if (!url) return;
      const picture = element("img", { src: url, alt: "" });
      picture.addEventListener("load", () => frame.replaceChildren(picture));
    });
    const label = photo.error ? "not read" : photo.authenticity === null ? "unclear" : percent(photo.authenticity);
    const button = element(
      "button",
      { type: "button", "aria-label": `Photo ${photo.index + 1}, ${inWords(photo)}`, click: () => this.show(photo.index) },
      frame,
      element("span", { class: `tag tone-${toneOf(photo)}` }, photo.error ? null : icon(toneOf(photo)), label),
    );
    return element("li", {}, button);
  }

  async #paint(index) {
    const photo = this.#answer.photos[index];
    const { photo: url, evidence } = await this.#pictures[index];
    if (index !== this.#index) return;
    this.tools.hidden = !evidence;
    this.view.classList.toggle("zoomable", Boolean(url));
    this.crops.show(index, url);
    const note = photo.error ? this.#note(sentence(photo.error.message)) : this.#note("The server keeps no copy of this photo.");
    if (!url) return this.view.replaceChildren(note);
    const picture = element("img", { class: "photo", src: url, alt: `Photo ${index + 1} of ${this.#answer.photos.length}` });
    picture.addEventListener("error", () => this.view.replaceChildren(note));
    const frame = element("div", { class: "stage-photo" }, picture);
    picture.addEventListener("load", () => frame.style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight));
    if (evidence) frame.append(this.#overlay(evidence, index));
    this.view.replaceChildren(frame);
  }

  #overlay(url, index) {
    const alt = `Evidence map over photo ${index + 1}: red areas speak for counterfeit, blue areas for genuine`;
    const overlay = element("img", { class: "evidence", src: url, alt });
    overlay.style.opacity = this.slider.value / 100;
    return overlay;
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

  #note(message) {
    return element("p", { class: "stage-note" }, element("strong", {}, "No picture to show"), message);
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

  #toggleZoom() {
    if (this.view.classList.contains("zoomable")) this.#zoom(!this.view.classList.contains("zoomed"));
  }

  #zoom(on) {
    this.view.classList.toggle("zoomed", on);
    this.view.tabIndex = on ? 0 : -1;
    this.zoomButton.setAttribute("aria-pressed", String(on));
    if (on) this.view.scrollTo((this.view.scrollWidth - this.view.clientWidth) / 2, (this.view.scrollHeight - this.view.clientHeight) / 2);
  }
}

function captionOf(photo, { photos, reasons }) {
  const words = photos.length > 1 ? `Photo ${photo.index + 1} of ${photos.length}: ${inWords(photo)}` : inWords(photo);
  const about = element("p", { class: `about tone-${toneOf(photo)}` }, icon(toneOf(photo)), words);
  const advice = reasons.filter((reason) => reason.photo === photo.index && photo.quality.includes(reason.code));
  const hints = advice.map(({ message }) => element("p", { class: "hint" }, message));
  const matches = photo.matches?.length ? element("p", { class: "soft" }, `Seen before: ${counted(photo.matches.length, "match", "matches")}`) : null;
  return [about, ...hints, ...(matches ? [matches] : [])];
}

function toneOf(photo) {
  return photo.outcome ?? "none";
}

function inWords(photo) {
  if (photo.error) return sentence(photo.error.message);
  const title = OUTCOMES[photo.outcome].title;
  return photo.authenticity === null ? title : `${title}, ${percent(photo.authenticity)}`;
}
