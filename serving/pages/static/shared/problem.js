/** A failure that a page can show. */

/** A failed call: the server's problem, or that of the connection. */
export class Problem extends Error {
  constructor({ status, code, title, detail, errors, requestId, retryAfterS }) {
    super(detail || title);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.errors = errors ?? [];
    this.requestId = requestId ?? null;
    this.retryAfterS = retryAfterS ?? 1;
  }
}
