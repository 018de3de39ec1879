/** Amounts that a person types. */

import { byId } from "../shared/element.js";
import { Problem } from "../shared/problem_box.js";

/** The number in the field with this id, or null where it is empty; a Problem says how to write one. */
export function typedAmount(id) {
  const field = byId(id);
  const text = field.value.replaceAll(/[\s\u00a0']/g, "");
  if (text === "") return null;
  if (/^\d+([.,]\d{1,2})?$/.test(text)) return Number(text.replace(",", ".")); // 1,000 is 1 to some and 1000 to others
  field.focus();
  throw new Problem({ status: 0, code: "no_amount", title: "Not an amount", detail: `${field.labels[0].firstChild.textContent.trim()}: write it as 1000 or 1000.50; it is “${field.value}”.` });
}
