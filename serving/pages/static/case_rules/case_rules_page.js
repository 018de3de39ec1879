/** The rules by which checks open cases: made, switched and deleted by the operator. */

import { askIn } from "../admin/dialog.js";
import { isOperatorWith } from "../admin/caller.js";
import { factsRow } from "../admin/facts.js";
import { announce } from "../shared/announcer.js";
import { deleteAt, downloadFile, getIfAllowed, getJson, patchJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted, moment } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt } from "../shared/problem_box.js";
import { askForRule, wireRuleDialog } from "./rule_dialog.js";
import { caseWords, conditionWords } from "./rule_words.js";

let mayWrite = false;
let names = new Map();

wireKeys();
wireForgetting();
bindKeys({ j: () => walk(1), k: () => walk(-1) });
byId("new-rule").addEventListener("click", makeRule);
byId("download").addEventListener("click", () => attempt(byId("rules-problem"), () => downloadFile("/v1/case-rules.csv", "case-rules.csv")));
start();

async function start() {
  await attempt(byId("rules-problem"), async () => {
    const { rules } = await getJson("/v1/case-rules"); // where a key is needed, this one asks for it
    mayWrite = await isOperatorWith("cases");
    const members = (await getIfAllowed("/v1/members"))?.members ?? []; // names take the scope admin, rules do not
    names = new Map(members.map(({ member_id: id, name }) => [id, name]));
    wireRuleDialog(members);
    byId("new-rule").hidden = !mayWrite;
    show(rules);
  });
  byId("rules").setAttribute("aria-busy", "false");
}

async function read() {
  await attempt(byId("rules-problem"), async () => show((await getJson("/v1/case-rules")).rules));
}

function show(rules) {
  byId("rules").replaceChildren(...rules.map(cardOf));
  byId("empty").hidden = rules.length > 0;
  byId("download").hidden = rules.length === 0;
  const on = rules.filter(({ enabled }) => enabled).length;
  byId("rules-count").textContent = rules.length ? `${counted(rules.length, "rule")}, ${on} switched on` : "";
}

function cardOf(rule) {
  const { rule_id: id, member_id: member, enabled, created_at: at } = rule;
  return element(
    "li",
    { class: enabled ? "card" : "card ended", "data-rule": id, tabindex: "-1" },
    element("h2", { dir: "auto" }, conditionWords(rule)),
    element("p", {}, element("span", { class: `pill tone-${enabled ? "genuine" : "none"}` }, enabled ? "On" : "Off")),
    factsRow([
      ["Opens", caseWords(rule)],
      ["For", member === null ? "the operator" : (names.get(member) ?? `member ${member}`)],
      ["Made", element("time", { datetime: at, title: at }, moment(at))],
    ]),
    mayWrite
      ? element("div", { class: "actions" }, element("button", { type: "button", click: () => setEnabled(rule, !enabled) }, enabled ? "Switch off" : "Switch on"), element("button", { type: "button", class: "quiet", click: () => remove(rule) }, "Delete …"))
      : null,
  );
}

async function setEnabled({ rule_id: id }, enabled) {
  await attempt(byId("rules-problem"), async () => {
    await patchJson(`/v1/case-rules/${encodeURIComponent(id)}`, { enabled });
    await read();
    announce(enabled ? "The rule is on." : "The rule is off: it opens no case.");
    cardWith(id)?.querySelector("button").focus();
  });
}

async function makeRule() {
  const made = await askForRule();
  if (!made) return;
  await read();
  announce("The rule is on from now on.");
  cardWith(made.rule_id)?.focus();
}

async function remove(rule) {
  byId("rule-delete-what").textContent = `${conditionWords(rule)}.`;
  const done = await askIn("rule-delete", async () => (await deleteAt(`/v1/case-rules/${encodeURIComponent(rule.rule_id)}`)) ?? true);
  if (!done) return;
  await read();
  announce("The rule was deleted.");
  byId("new-rule").focus();
}

function cardWith(id) {
  return byId("rules").querySelector(`[data-rule="${CSS.escape(id)}"]`);
}

function walk(by) {
  const cards = [...byId("rules").children];
  const at = cards.findIndex((card) => card.contains(document.activeElement)) + by;
  cards[Math.max(0, Math.min(cards.length - 1, at))]?.focus();
}
