/** Who calls, as far as a page must know it before it offers something; nobody is asked for a key. */

import { getIfAllowed } from "../shared/api.js";

/** Whether the caller runs the marketplace, rather than a member, with a key of this scope. */
export async function isOperatorWith(scope) {
  const caller = await getIfAllowed("/v1/keys/current");
  return caller !== null && caller.member_id === null && caller.scopes.includes(scope);
}
