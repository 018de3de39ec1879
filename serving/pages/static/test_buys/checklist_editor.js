/** The dialog that makes or changes a product's checklist: a new version with all its points. */

import { askIn } from "../admin/dialog.js";
import { putJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { productName } from "../shared/formatting.js";

const MAX_ID = 40; // characters of a point's id

/** Ask for the points; give the new checklist, or null where it was cancelled. `checklist` is null where there is none. */
export async function editChecklist(product, checklist) {
  const rows = [];
  const list = byId("checklist-points");
  const add = (point) => {
    const row = rowOf(point, () => rows.splice(rows.indexOf(row), 1));
    rows.push(row);
    list.append(row.root);
    return row;
  };
  list.replaceChildren();
  for (const point of checklist?.points ?? [{ point_id: null, text: "", decisive: false }]) add(point);
  byId("checklist-meaning").textContent = `For ${productName(product)}. Each change is a new version; examinations keep the one that they used.`;
  const adding = new AbortController();
  byId("checklist-add").addEventListener("click", () => add({ point_id: null, text: "", decisive: false }).field.focus(), { signal: adding.signal });
  const made = await askIn("checklist", () => putJson(`/v1/test-buys/checklists/${encodeURIComponent(product)}`, { version: checklist?.version ?? 0, points: pointsOf(rows) }));
  adding.abort();
  return made;
}

function rowOf({ point_id: pointId, text, decisive }, removed) {
  const field = element("textarea", { rows: 2, maxlength: 5000, required: true, dir: "auto", "aria-label": "What to look at, and what a genuine item shows" });
  const box = element("input", { type: "checkbox", checked: decisive });
  field.value = text;
  const remove = () => {
    removed();
    root.remove();
    byId("checklist-add").focus();
  };
  const root = element(
    "li",
    {},
    field,
    element("div", { class: "actions" }, element("label", { class: "switch" }, box, "Decisive"), element("button", { type: "button", class: "quiet", "aria-label": "Remove this point", click: remove }, "Remove")),
  );
  return { root, field, pointId, isDecisive: () => box.checked };
}

/** The points; a new one gets an id of its words, or of its place where these give none. */
function pointsOf(rows) {
  const taken = new Set(rows.map(({ pointId }) => pointId).filter(Boolean));
  return rows.map(({ pointId, field, isDecisive }) => {
    const text = field.value.trim();
    const id = pointId ?? freeId(text, taken);
    taken.add(id);
    return { point_id: id, text, decisive: isDecisive() };
  });
}

function freeId(text, taken) {
  const words = text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+/, "").slice(0, MAX_ID - 4).replace(/_+$/, "");
  const base = words || "point";
  if (words && !taken.has(base)) return base;
  for (let count = 1; ; count += 1) if (!taken.has(`${base}_${count}`)) return `${base}_${count}`;
}
