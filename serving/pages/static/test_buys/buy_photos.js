/** The photos of a purchase, at the point of the checklist that each shows; added at once, apart from any form. */

import { announce } from "../shared/announcer.js";
import { getPicture, postFile } from "../shared/api.js";
import { SeenPicture } from "../pictures/check_picture.js";
import { byId, element } from "../shared/element.js";
import { counted, moment } from "../shared/formatting.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";

const STATES_WITH_PHOTOS = new Set(["received", "examined", "genuine", "counterfeit", "cant_tell"]);
const SMALL_PX = 320;
const LARGE_PX = 1600;

export class BuyPhotos {
  #path;
  #photos;
  #points;
  #mayAdd;

  /** `points` are those of the checklist. */
  constructor(found, points) {
    this.#path = `/v1/test-buys/${encodeURIComponent(found.buy_id)}/photos`;
    this.#photos = found.photos;
    this.#points = new Set(points.map(({ point_id: id }) => id));
    this.#mayAdd = STATES_WITH_PHOTOS.has(found.state);
  }

  /** The photos of one point, with a button to add some where `mayAdd`. */
  of({ point_id: pointId, text }, mayAdd) {
    return this.#group(this.#photos.filter((photo) => photo.point_id === pointId), pointId, text, mayAdd && this.#mayAdd);
  }

  /** The section of those that show no point. */
  others() {
    const photos = this.#photos.filter(({ point_id: pointId }) => !this.#points.has(pointId));
    return element(
      "section",
      { class: "case-part", "aria-labelledby": "photos-title" },
      element("h2", { id: "photos-title" }, this.#points.size ? "Other photos of the purchase" : "Photos of the purchase"),
      this.#mayAdd || photos.length ? null : element("p", { class: "buy-none" }, "Photos can be added once the item has arrived."),
      this.#group(photos, null, "the purchase", this.#mayAdd),
    );
  }

  #group(photos, pointId, words, mayAdd) {
    const problem = element("div", { class: "problem", role: "alert", hidden: true });
    const shown = new Set(photos.map(({ index }) => index));
    const list = element("ol", { class: "buy-photos", "aria-label": `Photos: ${words}` }, photos.map((photo) => this.#photo(photo, words)));
    list.hidden = !photos.length;
    const added = (photo) => {
      if (shown.has(photo.index)) return; // the same bytes are the same photo
      shown.add(photo.index);
      list.hidden = false;
      list.append(this.#photo(photo, words));
    };
    return element("div", { class: "buy-photo-group" }, list, mayAdd ? this.#adder(pointId, words, added, problem) : null, problem);
  }

  #photo({ index, added_at: at }, words) {
    const named = `Photo ${index + 1}, added ${moment(at)}: ${words}`;
    const picture = new SeenPicture(`${this.#path}/${index}?max_side_px=${SMALL_PX}`);
    return element("li", {}, element("button", { type: "button", class: "buy-photo", "aria-haspopup": "dialog", "aria-label": `Enlarge. ${named}`, click: () => this.#enlarge(index, named) }, picture.root));
  }

  async #enlarge(index, named) {
    const dialog = byId("photo");
    clearProblem(byId("photo-problem"));
    byId("photo-title").textContent = named;
    byId("photo-place").replaceChildren(element("p", { class: "loading" }, "Loading the photo…"));
    dialog.showModal();
    try {
      const url = await getPicture(`${this.#path}/${index}?max_side_px=${LARGE_PX}`, "high");
      byId("photo-place").replaceChildren(element("img", { src: url, alt: named }));
      dialog.addEventListener("close", () => URL.revokeObjectURL(url), { once: true });
    } catch (problem) {
      byId("photo-place").replaceChildren();
      showProblem(byId("photo-problem"), problem);
    }
  }

  #adder(pointId, words, added, problem) {
    const field = element("input", { type: "file", multiple: true, class: "visually-hidden", accept: "image/*,.heic,.avif", "aria-label": `Add photos: ${words}`, change: () => this.#send(field, pointId, added, problem) });
    return element("label", { class: "button buy-adder" }, field, element("span", { "aria-hidden": "true" }, "Add photos"));
  }

  async #send(field, pointId, added, problem) {
    const files = [...field.files];
    clearProblem(problem);
    field.disabled = true;
    let sent = 0;
    try {
      for (const file of files) {
        announce(`Sending photo ${sent + 1} of ${files.length}`);
        added(await postFile(`${this.#path}${pointId === null ? "" : `?point_id=${encodeURIComponent(pointId)}`}`, file, { "Content-Type": "application/octet-stream" }));
        sent += 1;
      }
      announce(`${counted(sent, "photo")} added`);
    } catch (failure) {
      if (!failure.title) throw failure;
      failure.title = `${files[sent].name} was not added`;
      showProblem(problem, failure);
      if (sent) problem.append(element("p", {}, `${counted(sent, "photo")} before it ${sent === 1 ? "is" : "are"} kept.`));
    } finally {
      field.value = "";
      field.disabled = false;
    }
  }
}
