/** The links of sellers to their notices: the server gives each once, to be handed to its seller. */

import { askDuty } from "../case_duties/duty_dialog.js";
import { addressOf } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, shownName } from "../shared/formatting.js";

/** Wire the box; `after` is the control that has the focus when it was hidden. */
export function wireLinks(after) {
  byId("seller-links-copy").addEventListener("click", copyAll);
  byId("seller-links-done").addEventListener("click", () => (hideLinks(), after.focus()));
}

/** Show links in place of any earlier ones; of each, `words` are the parts of its label. */
export function showLinks(links) {
  byId("seller-links-title").textContent = links.length === 1 ? "Hand this link to the seller" : "Hand each link to its seller";
  byId("seller-link-list").replaceChildren(...links.map(rowOf));
  byId("seller-links-copy").hidden = links.length === 1;
  byId("seller-links").hidden = false;
  byId("seller-links").focus();
}

/** The links of a moved case, each named by its seller, `inCase` where cases are several, and how many listings it is about. */
export function linksOf({ seller_links: links, case_id: id }, inCase = false) {
  return links.map(({ seller_id: seller, positions, seller_link: path }) => ({
    path,
    words: [inCase ? `Case ${id}, seller ` : "Seller ", seller === null ? "not known" : element("bdi", {}, shownName(seller)), `, ${counted(positions.length, "listing")}`],
  }));
}

/** Ask for a new link to a seller's notice, and show it. */
export async function replaceLink(caseId, noticeId) {
  const asked = { title: "Make a new link for the seller", meaning: "The link that the seller has leads nowhere from then on.", verb: "Make it" };
  const path = `/v1/cases/${encodeURIComponent(caseId)}/seller-link?notice_id=${encodeURIComponent(noticeId)}`;
  const made = await askDuty(asked, () => postJson(path, {}));
  if (made) showLinks([{ path: made.seller_link, words: [] }]);
}

function rowOf({ path, words }, index, { length }) {
  const id = `seller-link-${index}`;
  const field = element("input", { id, type: "text", readonly: true, spellcheck: "false", value: new URL(addressOf(path), location.origin).href });
  const label = element("label", { for: id }, length === 1 ? "The seller’s link" : words);
  const button = element("button", { type: "button", "aria-label": `Copy: ${label.textContent}`, click: () => copy(field.value, field) }, "Copy");
  return element("li", {}, label, element("div", { class: "secret-row" }, field, button));
}

function copyAll() {
  const lines = [...byId("seller-link-list").children].map((row) => `${row.querySelector("label").textContent}\t${row.querySelector("input").value}`);
  return copy(lines.join("\n"), byId("seller-link-list").querySelector("input"));
}

async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied");
  } catch {
    field.select();
    announce("This browser did not copy it; the link is selected, so press Ctrl and C"); // without https there is no clipboard
  }
}

function hideLinks() {
  byId("seller-link-list").replaceChildren();
  byId("seller-links").hidden = true;
}
