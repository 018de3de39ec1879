/** Who calls, as far as a page must know it before it offers something; nobody is asked for a key. */

import { getIfAllowed } from "../shared/api.js";

/** Whether the caller runs the marketplace, rather than a member, with a key of this scope. */
export async function isOperatorWith(scope) {
  const caller = await getIfAllowed("/v1/keys/current");
  return caller !== null && caller.member_id === null && caller.scopes.includes(scope);
}

/** The names of all members by id; none unless the caller runs the marketplace with the scope admin. */
export async function memberNames() {
  const members = (await isOperatorWith("admin")) ? (await getIfAllowed("/v1/members"))?.members : null;
  return new Map((members ?? []).map(({ member_id: id, name }) => [id, name]));
}
