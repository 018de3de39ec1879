/** The members of a group, and to the operator inviting one and taking one out. */

import { askIn } from "../admin/dialog.js";
import { announce } from "../shared/announcer.js";
import { deleteAt, downloadFile, getJson, postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { STATES } from "./group_words.js";

/** The section; `changed()` is called when somebody was invited or taken out. */
export async function membersOf(group, isOperator, changed) {
  const path = `/v1/groups/${group.group_id}/members`;
  const { members } = await getJson(path);
  const others = group.members - members.filter(({ state }) => state === "joined").length;
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "members-title" },
    element("h2", { id: "members-title", tabindex: "-1" }, counted(group.members, "member")),
    element("ul", { class: "members" }, members.map((member) => memberOf(member, path, isOperator, changed))),
    others > 0 ? element("p", { class: "row-soft" }, `${counted(others, "member")} agreed not to be named.`) : null,
    element(
      "div",
      { class: "actions" },
      isOperator ? element("button", { type: "button", click: () => invite(group, path, members, changed) }, "Invite a member …") : null,
      element("button", { type: "button", class: "quiet", click: () => download(`${path}.csv`, "group-members.csv") }, "Members as CSV"),
      element("button", { type: "button", class: "quiet", click: () => download(`/v1/groups/${group.group_id}/agreements.csv`, "group-agreements.csv") }, "Agreements as CSV"),
    ),
  );
}

function memberOf({ member_id: id, name, state, contact, items }, path, isOperator, changed) {
  const facts = [STATES[state].title.toLowerCase(), contact && `ask ${contact}`, items !== null && counted(items, "item")].filter(Boolean).join(", ");
  const mayRemove = isOperator && (state === "joined" || state === "invited");
  return element("li", {}, element("span", { dir: "auto" }, `${name}: ${facts}`), mayRemove ? element("button", { type: "button", class: "quiet", click: () => remove(`${path}/${encodeURIComponent(id)}`, name, changed) }, "Take out …") : null);
}

function download(path, name) {
  return attempt(byId("groups-problem"), () => downloadFile(path, name));
}

async function invite(group, path, members, changed) {
  const { members: all } = await getJson("/v1/members");
  const inGroup = new Set(members.filter(({ state }) => state === "joined" || state === "invited").map(({ member_id: id }) => id));
  const offered = all.filter(({ category, member_id: id }) => category === group.category && !inGroup.has(id));
  byId("invite-member").replaceChildren(...offered.map(({ member_id: id, name }) => element("option", { value: id }, name)));
  byId("invite-none").hidden = offered.length > 0;
  const made = await askIn("invite", () => postJson(path, { member_id: byId("invite-member").value }));
  if (!made) return;
  announce(`${made.name} was invited.`);
  await changed();
  byId("members-title").focus();
}

async function remove(address, name, changed) {
  byId("withdraw-title").textContent = `Take ${name} out, with all that it shares?`;
  const done = await askIn("withdraw", async () => (await deleteAt(address)) ?? true);
  if (!done) return;
  announce(`${name} was taken out.`);
  await changed();
  byId("members-title").focus();
}
