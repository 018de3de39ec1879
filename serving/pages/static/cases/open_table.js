/** Opening many cases from a table: examined first, then opened, with each bad row named. */

import { postFile } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId, element } from "../shared/element.js";
import { counted, sentence } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";

/** Wire the button and the dialog; `opened()` is called when cases were opened. */
export function wireTable(opened) {
  const dialog = byId("table");
  byId("open-table").addEventListener("click", () => dialog.showModal());
  byId("table-cancel").addEventListener("click", () => dialog.close());
  byId("table-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(opened);
  });
}

async function send(opened) {
  const dry = byId("table-dry").checked;
  byId("table-result").replaceChildren(dry ? "Examining the table…" : "Opening the cases…");
  const work = async () => {
    const received = await postFile(`/v1/cases/bulk?dry_run=${dry}`, byId("table-file").files[0], { "Content-Type": "text/csv" });
    byId("table-result").replaceChildren(...resultOf(received));
    byId("table-dry").checked = false; // the next step, after an examination, is to open them; a sent table opens nothing twice
    if (received.opened && !dry) opened();
  };
  await whileBusy(byId("table-do"), null, () => attempt(byId("table-problem"), work));
  if (!byId("table-problem").hidden) byId("table-result").replaceChildren();
}

function resultOf({ dry_run: dry, rows, opened, existing, bad, faults, faults_left_out: leftOut }) {
  const verb = dry ? "would be opened" : "opened";
  const words = `${counted(rows, "row")}: ${opened.toLocaleString("en-GB")} ${verb}, ${existing.toLocaleString("en-GB")} opened before, ${bad.toLocaleString("en-GB")} bad.`;
  const list = faults.map(({ line, column, reason }) => element("li", {}, `Line ${line}${column ? `, ${column}` : ""}: ${sentence(reason)}`));
  if (leftOut) list.push(element("li", {}, `And ${leftOut.toLocaleString("en-GB")} more.`));
  return [element("p", {}, words), list.length ? element("ul", {}, list) : null].filter(Boolean);
}
