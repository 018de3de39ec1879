/** The dialog that makes a rule: its fields follow what it looks at. */

import { askIn } from "../admin/dialog.js";
import { typedCountryAndGround } from "../cases/case_fields.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";

/** Offer these members, and show the fields of the kind that is chosen. */
export function wireRuleDialog(members) {
  byId("rule-member").append(...members.map(({ member_id: id, name }) => element("option", { value: id }, name)));
  byId("rule-kind").addEventListener("input", showFields);
  showFields();
}

/** Ask for a rule; give it, or null where the dialog was closed. */
export function askForRule() {
  return askIn("rule", () => postJson("/v1/case-rules", typed()));
}

function showFields() {
  const isRepeat = byId("rule-kind").value === "repeat_seller";
  for (const [name, isShown] of [["authenticity", !isRepeat], ["upheld", isRepeat], ["days", isRepeat]]) {
    byId(`rule-${name}-field`).hidden = !isShown;
    byId(`rule-${name}`).required = isShown;
    byId(`rule-${name}`).disabled = !isShown;
  }
}

function typed() {
  const value = (name) => byId(`rule-${name}`).value.trim();
  const products = value("products").split("\n").map((line) => line.trim()).filter(Boolean);
  const condition = value("kind") === "counterfeit" ? { max_authenticity: Number(value("authenticity").replace(",", ".")) / 100 } : { upheld_cases: Number(value("upheld")), days: Number(value("days")) };
  return { kind: value("kind"), member_id: value("member") || null, settings: { ...condition, ...typedCountryAndGround("rule"), products: products.length ? products : null } };
}
