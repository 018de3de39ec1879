/** Addresses of this server, which a proxy may show under a path of its own: the one that this script came from. */

const ROOT = new URL("../../..", import.meta.url).pathname.slice(0, -1); // without ROOT/static/VERSION/shared/

/** The address of a path such as `/checks` or `/v1/checks`. What is an address already, as in answers, stays the same. */
export function addressOf(path) {
  return !path.startsWith("/") || path.startsWith(`${ROOT}/`) ? path : ROOT + path;
}
