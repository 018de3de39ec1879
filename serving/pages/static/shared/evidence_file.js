/** The buttons that make the evidence file of a check, a case or a cluster: one click, as ZIP or as PDF. */

import { announce } from "./announcer.js";
import { downloadMade } from "./api.js";
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

async function make(path, format, button, problemBox) {
  const words = button.textContent;
  button.disabled = true;
  button.textContent = "Making the file…";
  await attempt(problemBox, async () => {
    await downloadMade(`${path}/evidence-file?format=${format}`, `evidence.${format}`);
    announce("The evidence file was downloaded.");
  });
  button.disabled = false;
  button.textContent = words;
}
