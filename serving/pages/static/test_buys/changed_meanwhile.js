/** What a problem box offers where somebody else moved the test buy: to read it again. */

import { element } from "../shared/element.js";

/** Add the button to the box of this problem, if it is of that kind. */
export function offerReading(box, problem, readAgain) {
  if (problem.code !== "test_buy_changed") return;
  box.append(element("button", { type: "button", click: readAgain }, "Show how it stands now"));
}
