/** The list that a check was opened from: its order and filters, kept for this tab, for the links to next and previous. */

import { addressOf } from "../shared/address.js";
import { apiQuery } from "../shared/address_form.js";
import { getJson } from "../shared/api.js";

const KEPT_AS = `touchstone.trail ${addressOf("/")}`; // another server may share this origin under another path

/** Keep the list as it is shown: its query, the ids in order, and the cursor of the next page. */
export function keepTrail({ query, ids, nextCursor }) {
  sessionStorage.setItem(KEPT_AS, JSON.stringify({ query, ids, nextCursor }));
}

/** The address of the list with the filters that were set. */
export function listAddress() {
  const query = trail()?.query;
  return query ? `/checks?${query}` : "/checks";
}

/**
 * The ids before and after a check, null where there is none; reads the next page of the list at its end.
 * `listed` is false for a check that was not opened from the list.
 */
export async function neighbours(checkId) {
  const kept = trail();
  const at = kept?.ids.indexOf(checkId) ?? -1;
  if (at < 0) return { listed: false, previous: null, next: null };
  if (at === kept.ids.length - 1 && kept.nextCursor) await addNextPage(kept);
  return { listed: true, previous: kept.ids[at - 1] ?? null, next: kept.ids[at + 1] ?? null };
}

/** The filters of the list, with those of its checks that have no decision yet. */
export function undecidedFilters() {
  const filters = new URLSearchParams(trail()?.query);
  filters.delete("reviewed"); // the name that the filter had
  filters.set("decision", "none");
  return filters;
}

async function addNextPage(kept) {
  try {
    const page = await getJson(`/v1/checks?${apiQuery(new URLSearchParams(kept.query), kept.nextCursor)}`);
    kept.ids.push(...page.checks.map(({ check_id }) => check_id));
    kept.nextCursor = page.next_cursor;
    keepTrail(kept);
  } catch {
    // There is no next check then; the list itself shows the problem.
  }
}

function trail() {
  return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null");
}
