/** An answer of the API as a page: the verdict in words, its number, its reasons, its photos, and the review. */

import { element, icon } from "../shared/element.js";
import { percent, sentence } from "../shared/formatting.js";
import { authenticityMeaning, outcomeWords, unreadWords } from "../shared/wording.js";
import { authenticityBar } from "./authenticity_bar.js";
import { checkFacts, listingLine } from "./check_facts.js";
import { PhotoStage } from "./photo_stage.js";
import { ReviewPanel } from "./review_panel.js";

export class VerdictView {
  /**
   * `answer` is a check of the API. `reviews` is null where the server keeps nothing, and then none can be recorded;
   * `actions` are buttons for what comes next; `fallbackUrls` as PhotoStage takes them.
   */
  constructor(answer, { reviews, actions = [], fallbackUrls = [] }) {
    const outcome = outcomeWords(answer);
    this.stage = new PhotoStage(answer, fallbackUrls);
    this.title = element("h1", { tabindex: -1 }, outcome.title);
    const nextSteps = actions.length ? element("div", { class: "actions" }, actions) : null;
    const asksForPhotos = answer.authenticity === null;
    this.review = reviews === null ? null : new ReviewPanel(answer, reviews);
    const words = element(
      "div",
      { class: "verdict-words" },
      answer.advisory ? advisory() : null,
      listingLine(answer),
      element("div", { class: "outcome" }, icon(answer.outcome), this.title),
      unreadLine(answer),
      element("p", { class: "meaning" }, outcome.meaning),
      authenticityOf(answer),
      asksForPhotos ? nextSteps : null,
    );
    const rest = element(
      "div",
      { class: "verdict-rest" },
      this.#reasons(answer),
      this.#unread(answer),
      this.review === null ? notKept() : this.review.root,
      checkFacts(answer, reviews !== null),
      asksForPhotos ? null : nextSteps,
    );
    this.root = element("article", { class: `verdict tone-${answer.outcome}` }, words, this.stage.root, rest);
  }

  /** Release the object URLs; the view is not used again. */
  close() {
    this.stage.close();
    this.review?.close();
    this.root.remove();
  }

  #reasons(answer) {
    if (!answer.reasons.length) return null;
    const items = answer.reasons.map((reason) => element("li", {}, sentence(reason.message), " ", this.#photoLink(reason, answer)));
    return element(
      "section",
      { "aria-labelledby": "reasons-title" },
      element("h2", { id: "reasons-title" }, "Reasons"),
      element("ul", { class: "reasons" }, items),
    );
  }

  #unread(answer) {
    const unread = answer.photos.filter(({ error }) => error);
    if (!unread.length) return null;
    const items = unread.map(({ index, error }) => element("li", {}, sentence(error.message), " ", this.#photoLink({ photo: index }, answer)));
    return element(
      "section",
      { "aria-labelledby": "unread-title" },
      element("h2", { id: "unread-title" }, "Photos that could not be read"),
      element("ul", { class: "reasons" }, items),
    );
  }

  #photoLink({ photo }, answer) {
    if (photo === null || answer.photos.length < 2) return null;
    return element("button", { type: "button", click: () => this.stage.show(photo) }, `Photo ${photo + 1}`);
  }
}

function unreadLine(answer) {
  const words = unreadWords(answer);
  return words ? element("p", { class: "unread" }, words) : null;
}

function authenticityOf(answer) {
  const meaning = element("p", { class: "authenticity-meaning" }, authenticityMeaning(answer));
  if (answer.authenticity === null) return element("div", { class: "authenticity" }, meaning);
  return element(
    "div",
    { class: "authenticity" },
    element(
      "p",
      { class: "authenticity-line" },
      "Authenticity",
      element("data", { class: "authenticity-number", value: answer.authenticity }, percent(answer.authenticity)),
    ),
    authenticityBar(answer),
    meaning,
  );
}

function advisory() {
  return element("p", { class: "advisory" }, "This server runs in observe mode: the verdict is advice, and nothing acts on it.");
}

function notKept() {
  return element("p", { class: "caveat" }, "This server stores no checks, so no decision can be recorded.");
}
