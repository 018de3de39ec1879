/** A member's agreement in a group: read, joined, changed and left. */

import { askIn } from "../admin/dialog.js";
import { factsRow } from "../admin/facts.js";
import { announce } from "../shared/announcer.js";
import { getJson, putJson, sendDelete } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted, moment, productName } from "../shared/formatting.js";
import { choice, chosenIn, kindChoices } from "./choices.js";
import { KINDS, kindName } from "./group_words.js";

/** The section; `changed()` is called when the member has joined, changed or left. */
export function agreementOf(group, caller, changed) {
  const mayAgree = caller.scopes.includes("admin");
  const isIn = group.state === "joined";
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "agreement-title" },
    element("h2", { id: "agreement-title" }, "Your agreement"),
    group.agreement_outdated ? element("p", { class: "group-outdated" }, "The terms have changed since. Until you agree to them you share and ask nothing; what you shared stays.") : null,
    isIn && group.agreement ? factsOf(group.agreement) : element("p", {}, "You are invited. Nothing of yours is shared until you join, and then only what you choose."),
    mayAgree
      ? element(
          "div",
          { class: "actions" },
          element("button", { type: "button", class: isIn && !group.agreement_outdated ? null : "primary", click: () => agree(group, caller, changed) }, isIn ? "Change …" : "Read the terms and join …"),
          element("button", { type: "button", click: () => leave(group, changed) }, isIn ? "Leave the group …" : "Decline …"),
        )
      : element("p", { class: "row-soft" }, "Joining, changing and leaving take a key of the scope admin."),
  );
}

function factsOf({ shares, asks, named, watch, agreed_at: at, terms_version: version }) {
  const products = [...new Set(shares.map(({ product }) => product))];
  const kindsOf = (product) => shares.filter((one) => one.product === product).map(({ kind }) => kindName(kind).toLowerCase()).join(", ");
  return factsRow([
    ["Shares", products.length ? products.map((product) => `${productName(product)}: ${kindsOf(product)}`).join("; ") : "nothing"],
    ["Asks about", asks.length ? asks.map(kindName).join(", ").toLowerCase() : "nothing"],
    ["Named in matches", named ? "yes" : "no"],
    ["New checks are looked up", watch ? "yes" : "no"],
    ["Agreed", `${moment(at)}, version ${version} of the terms`],
  ]);
}

async function agree(group, caller, changed) {
  const [before, kinds] = [group.agreement, Object.keys(KINDS)];
  byId("agree-title").textContent = before ? "Change what you agreed to" : `Join ${group.name}`;
  byId("agree-terms").textContent = group.terms;
  byId("agree-shares").replaceChildren(...shareChoices(before?.shares ?? [], caller.products ?? []));
  byId("agree-asks").replaceChildren(...kindChoices("ask", kinds, before ? before.asks : kinds));
  byId("agree-contact").value = before ? await contactOf(group, caller) : "";
  byId("agree-watch").checked = before?.watch ?? false;
  const made = await askIn("agree", () => putJson(`/v1/groups/${group.group_id}/agreement`, typed(group)));
  if (!made) return;
  announce("Your agreement is in force.");
  await changed();
  byId("group-title")?.focus();
}

/** A checkbox for each kind of each product, also of those in the agreement that this key does not see. */
function shareChoices(shares, products) {
  const chosen = new Set(shares.map(({ kind, product }) => `${kind} ${product}`));
  const all = [...new Set([...products, ...shares.map(({ product }) => product)])].sort();
  return all.map((product) => {
    const kinds = Object.keys(KINDS).map((kind) => choice("share", `${kind} ${product}`, kindName(kind), chosen.has(`${kind} ${product}`)));
    return element("fieldset", {}, element("legend", {}, productName(product)), kinds);
  });
}

function typed(group) {
  return {
    terms_version: group.terms_version,
    shares: chosenIn(byId("agree-shares")).map((value) => {
      const space = value.indexOf(" "); // kinds have none, products may
      return { kind: value.slice(0, space), product: value.slice(space + 1) };
    }),
    asks: chosenIn(byId("agree-asks")),
    contact: byId("agree-contact").value.trim() || null,
    watch: byId("agree-watch").checked,
  };
}

async function contactOf(group, caller) {
  const { members } = await getJson(`/v1/groups/${group.group_id}/members`);
  return members.find(({ member_id: id }) => id === caller.member_id)?.contact ?? "";
}

async function leave(group, changed) {
  byId("leave-title").textContent = group.state === "joined" ? `Leave ${group.name}?` : `Decline ${group.name}?`;
  const left = await askIn("leave", () => sendDelete(`/v1/groups/${group.group_id}/agreement`));
  if (!left) return;
  announce(`You left; ${counted(left.withdrawn, "item")} withdrawn.`);
  await changed();
  (byId("group-title") ?? byId("main")).focus();
}
