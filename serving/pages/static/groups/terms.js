/** The terms of a group, and to the operator changing them and deleting the group. */

import { askIn } from "../admin/dialog.js";
import { addressOf } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { deleteAt, putJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { Problem } from "../shared/problem_box.js";

/** The section; `changed()` is called when the terms are others, or the group is gone. */
export function termsOf(group, mayChange, changed) {
  return element(
    "section",
    { class: "case-part", "aria-labelledby": "group-title" },
    element("h2", { id: "group-title", tabindex: "-1", dir: "auto" }, group.name),
    element("details", {}, element("summary", { class: "opens" }, `Terms, version ${group.terms_version}`), element("p", { class: "case-text", dir: "auto" }, group.terms)),
    mayChange
      ? element(
          "div",
          { class: "actions" },
          element("button", { type: "button", click: () => changeTerms(group, changed) }, "Change the terms …"),
          element("button", { type: "button", click: () => deleteGroup(group, changed) }, "Delete the group …"),
        )
      : null,
  );
}

async function changeTerms({ group_id: id, terms }, changed) {
  byId("terms-text").value = terms;
  const made = await askIn("terms", () => putJson(`/v1/groups/${encodeURIComponent(id)}/terms`, { terms: byId("terms-text").value.trim() }));
  if (!made) return;
  announce(`Version ${made.terms_version} are the terms.`);
  await changed();
  byId("group-title")?.focus();
}

async function deleteGroup({ group_id: id, name }, changed) {
  byId("delete-name").value = "";
  const done = await askIn("delete", async () => {
    requireName(name);
    await deleteAt(`/v1/groups/${encodeURIComponent(id)}`);
    return true;
  });
  if (!done) return;
  announce(`${name} was deleted.`);
  history.replaceState(null, "", addressOf("/groups"));
  await changed();
  byId("main").focus();
}

function requireName(name) {
  if (byId("delete-name").value.trim() === name.trim()) return;
  throw new Problem({ status: 0, code: "name_differs", title: "That is another name", detail: `Type ${name} to delete this group.` });
}
