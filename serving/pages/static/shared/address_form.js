/** A form of filters whose values are the page's address, so that a list can be reloaded, shared, and left by Back. */

const TYPING_PAUSE_MS = 300;

export class AddressForm {
  #form;
  #changed;
  #read;
  #timer = null;
  #lastField = null; // of the latest change: typing in one field is one step of the browser's history

  /**
   * `changed()` is called when a value has changed, also by the browser's Back. `read(query)` may change the values of
   * an address before they are shown.
   */
  constructor(form, changed, read = (query) => query) {
    this.#form = form;
    this.#changed = changed;
    this.#read = read;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#apply(event.target.name), event.target.type === "search" ? TYPING_PAUSE_MS : 0);
    });
    form.addEventListener("reset", () => setTimeout(() => this.#apply(null)));
    window.addEventListener("popstate", () => {
      this.#lastField = null;
      this.readAddress();
      this.#changed();
    });
  }

  /** The values that are set, as in the page's address. */
  get query() {
    const typed = [...new FormData(this.#form)].map(([name, value]) => [name, value.trim()]);
    return new URLSearchParams(typed.filter(([, value]) => value));
  }

  /** Take the values of the page's address. */
  readAddress() {
    for (const control of this.#form.elements) if (control.name) control.value = "";
    for (const [name, value] of this.#read(new URLSearchParams(location.search))) {
      const control = this.#form.elements[name];
      if (control) control.value = value;
      if (control?.selectedIndex === -1) control.value = ""; // no such choice
    }
  }

  #apply(field) {
    const query = this.query.toString();
    const address = query ? `?${query}` : location.pathname;
    if (field !== null && field === this.#lastField) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#lastField = field;
    this.#changed();
  }
}

/** The API's query for the filters in a page's address; days are in the reader's time zone, `until` included. */
export function apiQuery(filters, cursor = null) {
  const query = new URLSearchParams();
  for (const [name, value] of filters) {
    if (value) query.set(name, name === "since" ? dayStart(value, 0) : name === "until" ? dayStart(value, 1) : value);
  }
  if (cursor) query.set("cursor", cursor);
  return query;
}

function dayStart(day, later) {
  const start = new Date(`${day}T00:00`);
  start.setDate(start.getDate() + later);
  return start.toISOString();
}
