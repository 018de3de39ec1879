/** "Is this known?": a photo, a check or a seller is looked up among what the other members share. */

import { announce } from "../shared/announcer.js";
import { postJson } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { element } from "../shared/element.js";
import { base64Of } from "../shared/file_base64.js";
import { counted, productName } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { COVERAGE, DISTANCES, KINDS, kindName } from "./group_words.js";

export class Question {
  #path;
  #photo = element("input", { id: "ask-photo", type: "file", accept: "image/*" });
  #product = element("select", { id: "ask-product" });
  #check = element("input", { id: "ask-check", type: "text", maxlength: "200", autocomplete: "off", spellcheck: "false" });
  #seller = element("input", { id: "ask-seller", type: "text", maxlength: "200", autocomplete: "off", spellcheck: "false", dir: "auto" });
  #button = element("button", { type: "submit", class: "primary" }, "Ask");
  #problem = element("div", { class: "problem", role: "alert", hidden: true });
  #answer = element("div", { class: "answer", tabindex: "-1" });

  constructor(group, caller) {
    this.#path = `/v1/groups/${group.group_id}/questions`;
    this.#product.append(element("option", { value: "" }, "Hash alone"), ...(caller.products ?? []).map((product) => element("option", { value: product }, productName(product))));
    this.root = element(
      "section",
      { class: "case-part", "aria-labelledby": "question-title" },
      element("h2", { id: "question-title" }, "Is this known?"),
      element("p", {}, "Choose one: a photo, a check of yours, or a seller. It is stored nowhere, no member sees that you asked, and the audit log has that a question was put."),
      element(
        "form",
        { class: "filters", submit: (event) => this.#ask(event) },
        field("ask-photo", "Photo", this.#photo),
        field("ask-product", "Compare the photo by the bundle of", this.#product),
        field("ask-check", "Check id", this.#check),
        field("ask-seller", "Seller id", this.#seller),
        this.#button,
      ),
      this.#problem,
      this.#answer,
    );
  }

  async #ask(event) {
    event.preventDefault();
    this.#answer.replaceChildren();
    await whileBusy(this.#button, "Asking…", () =>
      attempt(this.#problem, async () => {
        this.#show(await postJson(this.#path, await this.#typed()));
        this.#answer.focus();
      }),
    );
  }

  async #typed() {
    const [file] = this.#photo.files;
    const typed = { photo: file ? await base64Of(file) : "", product: file ? this.#product.value : "", check_id: this.#check.value.trim(), seller_id: this.#seller.value.trim() };
    return Object.fromEntries(Object.entries(typed).filter(([, value]) => value));
  }

  #show({ known, matches, kinds, questions_left: left }) {
    announce(known ? "It is known." : "Nothing matched.");
    this.#answer.replaceChildren(
      element("h3", {}, known ? "It is known" : "Nothing matched"),
      known ? "" : element("p", {}, "That is no proof that it is genuine: the group knows what its members confirmed and shared."),
      element("ul", { class: "duty-list" }, matches.map(matchOf)),
      element("ul", { class: "row-soft", "aria-label": "How far was searched" }, kinds.map(({ kind, coverage, other_bundles: others }) => element("li", {}, `${kindName(kind)}: ${COVERAGE[coverage] ?? coverage}${others ? ", and not embeddings of other bundles" : ""}`))),
      element("p", { class: "row-soft" }, `${counted(left, "question")} left within 24 hours.`),
    );
  }
}

function matchOf({ kind, distance, min_givers: givers, ask }) {
  const who = ask.length ? `Ask ${ask.map(({ name, contact }) => `${name} (${contact})`).join(", ")}.` : "Who gave it agreed to no contact.";
  return element("li", { dir: "auto" }, `${KINDS[kind]?.match ?? kind}, ${DISTANCES[distance]}, given by at least ${counted(givers, "member")}. ${who}`);
}

function field(id, words, control) {
  return element("div", { class: "field" }, element("label", { for: id }, words), control);
}
