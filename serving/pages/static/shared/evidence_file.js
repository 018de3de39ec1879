/** The buttons that make the evidence file of a check, a case or a cluster: one click, as ZIP or as PDF. */

import { announce } from "./announcer.js";
import { downloadMade } from "./api.js";
import { whileBusy } from "./busy_button.js";
import { element } from "./element.js";
import { attempt } from "./problem_box.js";

const FORMATS = { zip: "Evidence file", pdf: "Evidence as PDF" };

/** Two buttons for what is at this path of the API; a failure is shown in the box. */
export function evidenceButtons(path, problemBox) {
  return Object.entries(FORMATS).map(([format, words]) => {
    const button = element("button", { type: "button", click: () => make(path, format, button, problemBox) }, words);
    return button;
  });
}

function make(path, format, button, problemBox) {
  return whileBusy(button, "Making the file…", () =>
    attempt(problemBox, async () => {
      await downloadMade(`${path}/evidence-file?format=${format}`, `evidence.${format}`);
      announce("The evidence file was downloaded.");
    }),
  );
}
