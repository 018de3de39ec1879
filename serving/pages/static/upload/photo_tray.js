/** The photos chosen for a check, before they are sent: added by dialog, drop, paste or camera, shown, removed. */

import { announce } from "../shared/announcer.js";
import { byId, element, shape } from "../shared/element.js";
import { counted, sentence } from "../shared/formatting.js";

export class PhotoTray {
  #chosen = []; // { file, url, error }
  #maxPhotos;
  #changed;

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
    this.#takeDrops();
    document.addEventListener("paste", (event) => this.#takePaste(event));
  }

  /** The chosen files, in order. */
  get files() {
    return this.#chosen.map(({ file }) => file);
  }

  /** Object URLs of the chosen files, in order. */
  get urls() {
    return this.#chosen.map(({ url }) => url);
  }

  /** Add files up to the limit; files over it are named in a message. */
  add(files) {
    const wanted = [...files];
    const room = this.#maxPhotos - this.#chosen.length;
    for (const file of wanted.slice(0, room)) {
      this.#chosen.push({ file, url: URL.createObjectURL(file), error: null });
    }
    const left = wanted.slice(Math.max(room, 0));
    this.#show(left.length ? `One check takes at most ${this.#maxPhotos} photos. Left out: ${names(left)}.` : null);
  }

  /** Remove every photo. */
  clear() {
    for (const { url } of this.#chosen) URL.revokeObjectURL(url);
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
    URL.revokeObjectURL(gone.url);
    this.#show();
    announce(`Removed ${gone.file.name}. ${counted(this.#chosen.length, "photo")} left.`);
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

  #tile({ file, url, error }, index) {
    const label = file.name || `Photo ${index + 1}`;
    const frame = element("div", { class: "chosen-frame" });
    const picture = element("img", { src: url, alt: `Photo ${index + 1}: ${label}` });
    picture.addEventListener("error", () => {
      picture.replaceWith(element("p", { class: "no-preview" }, "No preview here. The check will show whether it can be read."));
    });
    frame.append(picture);
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
      element("span", { class: "chosen-name", title: label }, label),
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

function names(files) {
  return files.map(({ name }) => name).join(", ");
}
