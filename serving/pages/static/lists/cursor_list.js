/** A list that is read by cursor: its pages, its count, its download, and the keys that walk its rows. */

import { announce } from "../shared/announcer.js";
import { downloadFile, getJson } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";

/** The parts of a list in the page: `NAME-rows` and so on where it is one of several. */
export function partsOf(name) {
  const part = (kind) => byId(`${name}-${kind}`);
  return { rows: part("rows"), problem: part("problem"), count: part("count"), empty: part("empty"), older: part("older"), download: part("download") };
}

function partsOfPage() {
  return { rows: byId("rows"), problem: byId("list-problem"), count: byId("list-count"), empty: byId("empty"), older: byId("older"), download: byId("download") };
}

export class CursorList {
  rows = []; // as `rowsOf` gave them
  nextCursor = null;
  counts = null; // as `count` gave them; null until the server has counted
  selected = null; // the row that has the focus, or had it last
  #parts;
  #given;
  #reading = 0; // number of the latest request, so that the answer to an earlier filter is dropped

  /**
   * `path(cursor)` is the page's address in the API, and `rowsOf(page)` gives its rows: of each, `root` is its element
   * and `link` what the keys focus; one with `close()` is closed before the list is read anew.
   * These may be left out: `count()` gives `{ total }` or null, and `beside(counts)` the words beside it; `csv()` gives
   * the path and the name of the download; `nothing()` the elements that say why nothing is listed; `shown({ page, failed })`
   * is called after each page. `noun` is one and many of what is listed.
   */
  constructor({ parts = partsOfPage(), ...given }) {
    this.#parts = parts;
    this.#given = given;
    parts.older.addEventListener("click", () => whileBusy(parts.older, "Loading…", () => this.#readPage(this.nextCursor)));
    parts.rows.addEventListener("focusin", ({ target }) => this.#mark(this.rows.find(({ root }) => root.contains(target)) ?? null));
    if (given.csv) parts.download.addEventListener("click", () => this.#download());
  }

  /** What the keys do: j and k walk, Enter opens. */
  get keys() {
    return { j: () => this.#walk(1), k: () => this.#walk(-1), Enter: () => this.selected?.link.click() };
  }

  /** Read the first page anew; the count is shown when it comes. */
  async read() {
    await Promise.all([this.#readPage(null), this.#given.count ? this.#readCounts() : null]);
  }

  async #readPage(cursor) {
    const { rows, older, problem: box } = this.#parts;
    const turn = ++this.#reading;
    clearProblem(box);
    rows.setAttribute("aria-busy", "true");
    older.disabled = true; // its cursor is of the page that is replaced
    try {
      const page = await getJson(this.#given.path(cursor));
      if (turn === this.#reading) this.#show(page, { isMore: cursor !== null });
    } catch (problem) {
      if (turn !== this.#reading) return;
      if (cursor === null) this.#show(null, { failed: true });
      showProblem(box, problem);
    } finally {
      if (turn === this.#reading) rows.setAttribute("aria-busy", "false");
      older.disabled = false;
    }
  }

  async #readCounts() {
    this.counts = null;
    const turn = this.#reading;
    const counts = await this.#given.count();
    if (turn !== this.#reading) return;
    this.counts = counts;
    this.#showCount();
  }

  #show(page, { isMore = false, failed = false }) {
    if (!isMore) this.#clear();
    const { rows, older, empty, download } = this.#parts;
    const added = page ? this.#given.rowsOf(page) : [];
    this.rows.push(...added);
    rows.append(...added.map(({ root }) => root));
    this.nextCursor = page?.next_cursor ?? null;
    older.hidden = this.nextCursor === null;
    if (this.#given.csv) download.hidden = !this.rows.length;
    empty.hidden = this.rows.length > 0 || failed;
    if (this.#given.nothing) empty.replaceChildren(...this.#given.nothing());
    this.#showCount();
    this.#given.shown?.({ page, failed });
    if (isMore) added[0]?.link.focus();
  }

  #clear() {
    for (const row of this.rows) row.close?.();
    this.rows = [];
    this.selected = null;
    this.#parts.rows.replaceChildren();
  }

  #showCount() {
    const words = this.rows.length ? this.#countWords(this.rows.length) + (this.counts ? (this.#given.beside?.(this.counts) ?? "") : "") : "";
    this.#parts.count.textContent = words;
  }

  #countWords(shown) {
    const { noun } = this.#given;
    if (this.nextCursor === null) return counted(shown, ...noun);
    if (!this.counts) return `${counted(shown, ...noun)} so far`;
    return `${shown} of ${Math.max(shown, this.counts.total).toLocaleString("en-GB")} ${noun[1]}`;
  }

  #walk(by) {
    const at = this.rows.indexOf(this.selected) + by;
    if (at === this.rows.length && this.nextCursor !== null) this.#parts.older.click();
    else this.rows[at]?.link.focus();
  }

  #mark(row) {
    this.selected?.root.classList.remove("selected");
    this.selected = row;
    row?.root.classList.add("selected");
  }

  async #download() {
    const [path, name] = this.#given.csv();
    await whileBusy(this.#parts.download, "Downloading…", () =>
      attempt(this.#parts.problem, async () => {
        await downloadFile(path, name);
        announce(`The list was downloaded as ${name}.`);
      }),
    );
  }
}
