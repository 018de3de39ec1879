/** Words for people who hear the page rather than see it. */

import { byId } from "./element.js";

/** Say a sentence through the page's live region; an equal sentence is said again. */
export function announce(sentence) {
  const region = byId("announcer");
  region.textContent = "";
  setTimeout(() => (region.textContent = sentence), 30);
}
