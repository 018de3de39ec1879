/** Working groups: the list, and the one in the address with its agreement, what is shared, and questions. */

import { askIn } from "../admin/dialog.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getJson, postJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt } from "../shared/problem_box.js";
import { agreementOf } from "./agreement.js";
import { STATES } from "./group_words.js";
import { membersOf } from "./members.js";
import { Question } from "./question.js";
import { SharedItems } from "./shared_items.js";
import { termsOf } from "./terms.js";

const problemBox = byId("groups-problem");
let caller = null;

wireKeys();
wireForgetting();
bindKeys({ j: () => walk(1), k: () => walk(-1) });
byId("new-group").addEventListener("click", makeGroup);
byId("download").addEventListener("click", () => attempt(problemBox, () => downloadFile("/v1/groups.csv", "groups.csv")));
window.addEventListener("popstate", refresh);
refresh();

async function refresh() {
  await attempt(problemBox, async () => {
    const { groups } = await getJson("/v1/groups");
    caller = await getJson("/v1/keys/current");
    byId("new-group").hidden = caller.member_id !== null || !caller.scopes.includes("admin");
    const chosen = groups.find(({ group_id: id }) => id === new URLSearchParams(location.search).get("group")) ?? null;
    byId("groups").replaceChildren(...groups.map((group) => linkOf(group, group === chosen)));
    byId("empty").hidden = groups.length > 0;
    byId("download").hidden = groups.length === 0;
    byId("group").replaceChildren(...(chosen ? await partsOf(chosen) : []));
  });
  byId("groups").setAttribute("aria-busy", "false");
}

function linkOf(group, isChosen) {
  const { title, tone } = group.state ? STATES[group.state] : { title: "You run it", tone: "none" };
  return element(
    "li",
    {},
    element(
      "a",
      { href: `/groups?group=${encodeURIComponent(group.group_id)}`, class: "group-link", "aria-current": isChosen ? "true" : null },
      element("strong", { dir: "auto" }, group.name),
      element("span", { class: "row-soft" }, `${group.category.replaceAll("_", " ")}, ${counted(group.members, "member")}`),
      element("span", { class: `pill tone-${group.agreement_outdated ? "review" : tone}` }, group.agreement_outdated ? "New terms" : title),
    ),
  );
}

async function partsOf(group) {
  const isOperator = caller.member_id === null;
  const mayShare = group.state === "joined" && group.agreement !== null && caller.scopes.includes("cases");
  return [
    termsOf(group, isOperator && caller.scopes.includes("admin"), refresh),
    isOperator ? null : agreementOf(group, caller, refresh),
    mayShare && !group.agreement_outdated ? new Question(group, caller).root : null,
    isOperator || group.state === "joined" ? new SharedItems(group, mayShare).root : null,
    isOperator || group.state === "joined" ? await membersOf(group, isOperator, refresh) : null,
  ].filter(Boolean);
}

async function makeGroup() {
  const value = (name) => byId(`new-group-${name}`).value.trim();
  const made = await askIn("make", () => postJson("/v1/groups", { name: value("name"), category: value("category"), terms: value("terms") }));
  if (!made) return;
  history.pushState(null, "", `?group=${encodeURIComponent(made.group_id)}`);
  announce("The group was made.");
  await refresh();
  byId("group-title").focus();
}

function walk(step) {
  const links = [...document.querySelectorAll(".group-link")];
  links[Math.min(links.length - 1, Math.max(0, links.indexOf(document.activeElement) + step))]?.focus();
}
