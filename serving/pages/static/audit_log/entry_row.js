/** One entry of the audit log: a line that says who did what, and below it what else it has. */

import { factsRow } from "../admin/facts.js";
import { element } from "../shared/element.js";
import { moment } from "../shared/formatting.js";

/** The row of an entry, and the line in it that opens it. */
export function entryRow(entry) {
  const { sequence, created_at: created, action, actor, object } = entry;
  const link = element(
    "summary",
    { class: "opens" },
    element("time", { datetime: created }, moment(created)),
    element("strong", {}, action),
    element("span", {}, actor.name),
    element("span", { class: "entry-object" }, `${object.kind} ${object.id}`),
  );
  const details = element(
    "details",
    { class: "entry" },
    link,
    factsRow([["Entry", sequence.toLocaleString("en-GB")], ...detailsOf(entry), ...sourceOf(entry), ...actorOf(entry)]),
    factsRow([["Hash", element("code", {}, entry.hash)], ["Hash of the entry before", element("code", {}, entry.previous_hash)]]),
  );
  return { link, root: element("li", {}, details) };
}

function detailsOf({ details }) {
  return Object.entries(details).map(([name, value]) => [words(name), typeof value === "string" ? value : JSON.stringify(value)]);
}

function sourceOf({ private: known, private_sha256: hash }) {
  if (known) return Object.entries(known.values).map(([name, value]) => [words(name), value]);
  return hash === null ? [] : [["From", "deleted, or not yours to see"]];
}

function actorOf({ actor, member_id: member }) {
  return [actor.key_id && ["Key", actor.key_id], actor.user_id && ["User", actor.user_id], member && ["Member", member]];
}

function words(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}
