/** Keys that make a request safe to send again. */

/** 32 random hex digits; crypto.randomUUID is missing where a page comes from another machine by plain HTTP. */
export function newIdempotencyKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
