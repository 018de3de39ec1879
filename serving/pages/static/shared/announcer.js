/** Announcements for screen readers. */

import { byId } from "./element.js";

/** Put a sentence into the page's live region; a repeated sentence is announced again. */
export function announce(sentence) {
  const region = byId("announcer");
  region.textContent = "";
  setTimeout(() => (region.textContent = sentence), 30);
}
