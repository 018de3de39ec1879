/** What a member shares in a group, how often each item matched, and taking it back. */

import { askIn } from "../admin/dialog.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson, postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, moment, productName } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { chosenIn, kindChoices } from "./choices.js";
import { CONFIRMED_BY, kindName, SKIPPED } from "./group_words.js";

export class SharedItems {
  #group;
  #path;
  #cursor = null;
  #count = element("p", { class: "row-soft", role: "status" });
  #rows = element("tbody");
  #problem = element("div", { class: "problem", role: "alert", hidden: true });
  #download = element("button", { type: "button", class: "quiet", hidden: true, click: () => attempt(this.#problem, () => downloadFile(`${this.#path}/items.csv`, "group-items.csv")) }, "Download CSV");
  #more = element("button", { type: "button", class: "wide", hidden: true, click: () => this.#readPage() }, "Show more items");

  /** `mayWrite`: whether the caller shares and withdraws, rather than reads. */
  constructor(group, mayWrite) {
    this.#group = group;
    this.#path = `/v1/groups/${group.group_id}`;
    this.mayWrite = mayWrite;
    const columns = ["What", "Of", "Shared", "Confirmed by", "Matched", "Take back"].slice(0, mayWrite ? 6 : 5);
    this.root = element(
      "section",
      { class: "case-part", "aria-labelledby": "items-title" },
      element("h2", { id: "items-title" }, mayWrite ? "What you share" : "What is shared"),
      this.#problem,
      element("div", { class: "list-line" }, this.#count, element("div", { class: "actions" }, this.#download)),
      element("div", { class: "group-scroll", tabindex: "0", role: "region", "aria-label": "Items shared" }, element("table", { class: "group-table" }, element("thead", {}, element("tr", {}, columns.map((words) => element("th", { scope: "col" }, words)))), this.#rows)),
      this.#more,
      mayWrite ? element("div", { class: "actions" }, element("button", { type: "button", click: () => this.#share() }, "Share a check …"), element("button", { type: "button", click: () => this.#withdraw({ everything: true }, "everything that you share here") }, "Take everything back …")) : null,
    );
    this.read();
  }

  /** Read the first page anew. */
  read() {
    this.#cursor = null;
    this.#rows.replaceChildren();
    return this.#readPage();
  }

  #readPage() {
    return attempt(this.#problem, async () => {
      const query = this.#cursor ? `?cursor=${encodeURIComponent(this.#cursor)}` : "";
      const page = await getJson(`${this.#path}/items${query}`);
      this.#rows.append(...page.items.map((item) => this.#rowOf(item)));
      this.#cursor = page.next_cursor;
      this.#more.hidden = !page.next_cursor;
      const shown = this.#rows.childElementCount;
      this.#download.hidden = shown === 0;
      this.#count.textContent = shown ? `${counted(shown, "item")}${page.next_cursor ? " shown" : ""}. Their values are in no answer, and nobody sees who asked.` : "Nothing is shared yet. Only what is confirmed as counterfeit can be.";
    });
  }

  #rowOf(item) {
    const of = element("td", {}, element("a", { href: `/checks/${encodeURIComponent(item.check_id)}` }, "Check"), `, ${productName(item.product)}${item.photo === null ? "" : `, photo ${item.photo + 1}`}`);
    const matched = item.matches ? `${item.matches.toLocaleString("en-GB")} times, last on ${item.last_matched_on}` : "never";
    const takeBack = element("td", {}, element("button", { type: "button", class: "quiet", click: () => this.#withdraw({ item_id: item.item_id }, "this item") }, "Take back"));
    return element("tr", {}, element("th", { scope: "row" }, kindName(item.kind)), of, element("td", {}, moment(item.shared_at)), element("td", {}, CONFIRMED_BY[item.confirmed_by] ?? "nothing any more: it counts no longer"), element("td", {}, matched), this.mayWrite ? takeBack : null);
  }

  async #share() {
    byId("share-kinds").replaceChildren(...kindChoices("kind", [...new Set(this.#group.agreement.shares.map(({ kind }) => kind))]));
    byId("share-check").value = "";
    const made = await askIn("share", () => postJson(`${this.#path}/items`, { check_id: byId("share-check").value.trim(), kinds: chosenIn(byId("share-kinds")) }));
    if (!made) return;
    await this.read();
    const skipped = made.skipped.map(({ kind, reason }) => `${kindName(kind)}: ${SKIPPED[reason] ?? reason}`);
    announce(`${counted(made.items.length, "item")} shared.`);
    if (skipped.length) this.#count.textContent += ` Not shared: ${skipped.join("; ")}.`;
  }

  async #withdraw(what, words) {
    byId("withdraw-title").textContent = `Take back ${words}?`;
    const made = await askIn("withdraw", () => postJson(`${this.#path}/withdrawals`, what));
    if (!made) return;
    announce(`${counted(made.withdrawn, "item")} withdrawn.`);
    await this.read();
  }
}
