/** The photos chosen for a check, before they are sent: added by dialog, drop, paste, camera or URL, shown, removed. */

import { announce } from "../shared/announcer.js";
import { byId, element, shape } from "../shared/element.js";
import { counted, sentence } from "../shared/formatting.js";
import { nameOfUrl, PhotoUrlField } from "./photo_urls.js";

export class PhotoTray {
  #chosen = []; // { file, source, url, error }: a file with its object URL, or the source that the server fetches
  #maxPhotos;
  #changed;
  #urlField;

  /** `changed(tray)` is called after each change of the photos. */
  constructor(changed) {
    this.#changed = changed;
    this.box = byId("tray");
    this.#maxPhotos = Number(this.box.dataset.maxPhotos);
    for (const id of ["choose-photos", "take-photo"]) {
      byId(id).addEventListener("change", (event) => {
        this.add(event.target.files);
        event.target.value = "";
      });
    }
    this.#urlField = new PhotoUrlField((sources) => this.#take(sources.map((source) => ({ source, name: source }))));
    this.#takeDrops();
    document.addEventListener("paste", (event) => this.#takePaste(event));
  }

  /** The chosen photos, in order: a file each, or the URL that the server fetches. */
  get photos() {
    return this.#chosen.map(({ file, source }) => file ?? source);
  }

  /** Object URLs of the chosen files, in order; null for a photo that the server fetches. */
  get urls() {
    return this.#chosen.map(({ url }) => url);
  }

  /** What the chosen photos are told apart by, in order. */
  get identities() {
    return this.#chosen.map(({ url, source }) => url ?? source);
  }

  /** Add files up to the limit; files over it are named in a message. */
  add(files) {
    this.#take([...files].map((file) => ({ file, name: file.name })));
  }

  /** Add the URL that is typed, if any; false where it is none. */
  takeTypedUrl() {
    return this.#urlField.take();
  }

  #take(wanted) {
    const room = this.#maxPhotos - this.#chosen.length;
    for (const { file = null, source = null } of wanted.slice(0, room)) {
      this.#chosen.push({ file, source, url: file && URL.createObjectURL(file), error: null });
    }
    const left = wanted.slice(Math.max(room, 0));
    this.#show(left.length ? `One check takes at most ${this.#maxPhotos} photos. Left out: ${names(left)}.` : null);
  }

  /** Remove every photo. */
  clear() {
    for (const { url } of this.#chosen) if (url) URL.revokeObjectURL(url);
    this.#chosen = [];
    this.#show();
  }

  /** Show errors beside their photos: [{index, message}]. */
  markErrors(errors) {
    for (const chosen of this.#chosen) chosen.error = null;
    for (const { index, message } of errors) if (this.#chosen[index]) this.#chosen[index].error = message;
    this.#show();
  }

  #remove(index) {
    const [gone] = this.#chosen.splice(index, 1);
    if (gone.url) URL.revokeObjectURL(gone.url);
    this.#show();
    announce(`Removed ${nameOf(gone, index)}. ${counted(this.#chosen.length, "photo")} left.`);
    const removers = this.box.querySelectorAll(".remove");
    (removers[Math.min(index, removers.length - 1)] ?? byId("choose-photos")).focus();
  }

  #show(overflow = null) {
    const count = this.#chosen.length;
    this.box.classList.toggle("filled", count > 0);
    byId("tray-photos").replaceChildren(...this.#chosen.map((chosen, index) => this.#tile(chosen, index)));
    byId("tray-count").textContent = overflow ?? (count ? `${count} of up to ${this.#maxPhotos} photos` : "");
    byId("choose-words").textContent = count ? "Add photos" : "Choose photos";
    this.#changed(this);
  }

  #tile(chosen, index) {
    const { source, url, error } = chosen;
    const label = nameOf(chosen, index);
    const frame = element("div", { class: "chosen-frame" }, url ? preview(url, `Photo ${index + 1}: ${label}`) : fetchedLater(source));
    const remove = element(
      "button",
      { type: "button", class: "remove", "aria-label": `Remove ${label}`, click: () => this.#remove(index) },
      shape("svg", { viewBox: "0 0 24 24", fill: "none", "aria-hidden": "true" }, shape("path", { d: "M4 4l16 16M20 4L4 20" })),
    );
    return element(
      "li",
      { class: error ? "chosen faulty" : "chosen" },
      frame,
      remove,
      element("span", { class: "chosen-name", title: source ?? label }, label),
      error ? element("p", { class: "chosen-error" }, sentence(error)) : null,
    );
  }

  #takeDrops() {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // also beside the tray: a browser would leave the page to open the file
      this.box.classList.toggle("dropping", this.box.offsetParent !== null);
    });
    addEventListener("dragleave", (event) => event.relatedTarget === null && this.box.classList.remove("dropping"));
    addEventListener("drop", (event) => {
      this.box.classList.remove("dropping");
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (this.box.offsetParent !== null) this.add(event.dataTransfer.files);
    });
  }

  #takePaste(event) {
    if (this.box.offsetParent === null || !event.clipboardData?.files.length) return;
    event.preventDefault();
    this.add(event.clipboardData.files);
  }
}

function preview(url, alt) {
  const picture = element("img", { src: url, alt });
  picture.addEventListener("error", () => {
    picture.replaceWith(element("p", { class: "no-preview" }, "No preview here. The check will show whether it can be read."));
  });
  return picture;
}

function fetchedLater(source) {
  return element("p", { class: "no-preview" }, `From ${new URL(source).host}, fetched when you check.`);
}

function nameOf({ file, source }, index) {
  return (source ? nameOfUrl(source) : file.name) || `Photo ${index + 1}`;
}

function names(photos) {
  return photos.map(({ name }) => name).join(", ");
}
