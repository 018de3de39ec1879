/** Addresses of this server, which a proxy may show under a path of its own: the one that this script came from. */

const ROOT = new URL("../../..", import.meta.url).pathname.slice(0, -1); // without ROOT/static/VERSION/shared/

/** The address of a path such as `/checks` or `/v1/checks`. What is an address already, as in answers, stays the same. */
export function addressOf(path) {
  return !path.startsWith("/") || path.startsWith(`${ROOT}/`) ? path : ROOT + path;
}

/** What the last part of a path names, such as the id in `/checks/ID`. */
export function namedIn(path) {
  const last = path.split("/").at(-1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // an address that was cut within %2F: the server says that it has no such thing
  }
}
