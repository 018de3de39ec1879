/** What a member shares in a group, how often each item matched, and taking it back. */

import { askIn } from "../admin/dialog.js";
import { CursorList } from "../lists/cursor_list.js";
import { announce } from "../shared/announcer.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, moment, productName } from "../shared/formatting.js";
import { chosenIn, kindChoices } from "./choices.js";
import { CONFIRMED_BY, kindName, SKIPPED } from "./group_words.js";

export class SharedItems {
  #group;
  #path;
  #note = element("p", { class: "row-soft", role: "status" });
  #list;

  /** `mayWrite`: whether the caller shares and withdraws, rather than reads. */
  constructor(group, mayWrite) {
    this.#group = group;
    this.#path = `/v1/groups/${encodeURIComponent(group.group_id)}`;
    this.mayWrite = mayWrite;
    const parts = {
      rows: element("tbody"),
      problem: element("div", { class: "problem", role: "alert", hidden: true }),
      count: element("p", { role: "status" }),
      empty: element("div", { class: "empty brief", hidden: true }),
      older: element("button", { type: "button", class: "wide", hidden: true }, "Show more items"),
      download: element("button", { type: "button", class: "quiet", hidden: true }, "Download CSV"),
    };
    this.#list = new CursorList({
      parts,
      noun: ["item", "items"],
      path: (cursor) => `${this.#path}/items${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`,
      rowsOf: ({ items }) => items.map((item) => this.#rowOf(item)),
      csv: () => [`${this.#path}/items.csv`, "group-items.csv"],
      nothing: () => [element("p", {}, `Nothing is shared yet. Only what is confirmed as counterfeit can be${mayWrite ? ": share a check by its id." : "."}`)],
      shown: () => (table.hidden = !this.#list.rows.length),
    });
    const columns = ["What", "Of", "Shared", "Confirmed by", "Matched", "Take back"].slice(0, mayWrite ? 6 : 5);
    const heads = element("thead", {}, element("tr", {}, columns.map((words) => element("th", { scope: "col" }, words))));
    const table = element("div", { class: "group-scroll", tabindex: "0", role: "region", "aria-label": "Items shared" }, element("table", { class: "group-table" }, heads, parts.rows));
    this.root = element(
      "section",
      { class: "case-part", "aria-labelledby": "items-title" },
      element("h2", { id: "items-title", tabindex: "-1" }, mayWrite ? "What you share" : "What is shared"),
      element("p", { class: "row-soft" }, "The values of items are in no answer, and nobody sees who asked."),
      parts.problem,
      element("div", { class: "list-line" }, parts.count, element("div", { class: "actions" }, parts.download)),
      table,
      parts.empty,
      parts.older,
      this.#note,
      mayWrite ? element("div", { class: "actions" }, element("button", { type: "button", click: () => this.#share() }, "Share a check …"), element("button", { type: "button", click: () => this.#withdraw({ everything: true }, "everything that you share here") }, "Take everything back …")) : null,
    );
    this.#list.read();
  }

  #rowOf(item) {
    const link = element("a", { href: `/checks/${encodeURIComponent(item.check_id)}` }, "Check");
    const of = element("td", {}, link, `, ${productName(item.product)}${item.photo === null ? "" : `, photo ${item.photo + 1}`}`);
    const matched = item.matches ? `${counted(item.matches, "time")}, last on ${item.last_matched_on}` : "never";
    const takeBack = element("td", {}, element("button", { type: "button", class: "quiet", click: () => this.#withdraw({ item_id: item.item_id }, "this item") }, "Take back"));
    const root = element("tr", {}, element("th", { scope: "row" }, kindName(item.kind)), of, element("td", {}, moment(item.shared_at)), element("td", {}, CONFIRMED_BY[item.confirmed_by] ?? "nothing any more: it counts no longer"), element("td", {}, matched), this.mayWrite ? takeBack : null);
    return { root, link };
  }

  async #share() {
    byId("share-kinds").replaceChildren(...kindChoices("kind", [...new Set(this.#group.agreement.shares.map(({ kind }) => kind))]));
    byId("share-check").value = "";
    const made = await askIn("share", () => postJson(`${this.#path}/items`, { check_id: byId("share-check").value.trim(), kinds: chosenIn(byId("share-kinds")) }));
    if (!made) return;
    await this.#list.read();
    const skipped = made.skipped.map(({ kind, reason }) => `${kindName(kind)}: ${SKIPPED[reason] ?? reason}`);
    announce(`${counted(made.items.length, "item")} shared.`);
    this.#note.textContent = skipped.length ? `Not shared: ${skipped.join("; ")}.` : "";
  }

  async #withdraw(what, words) {
    byId("withdraw-title").textContent = `Take back ${words}?`;
    const made = await askIn("withdraw", () => postJson(`${this.#path}/withdrawals`, what));
    if (!made) return;
    announce(`${counted(made.withdrawn, "item")} withdrawn.`);
    await this.#list.read();
    byId("items-title").focus(); // the button is gone with its item
  }
}
