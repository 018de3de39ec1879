/** The audit log: filters, the export, and whether its chain holds. */

import { CursorList } from "../lists/cursor_list.js";
import { AddressForm, apiQuery } from "../shared/address_form.js";
import { downloadFile } from "../shared/api.js";
import { announce } from "../shared/announcer.js";
import { wireForgetting } from "../shared/api_key.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId } from "../shared/element.js";
import { wireKeys } from "../shared/keys.js";
import { attempt } from "../shared/problem_box.js";
import { showChain } from "./chain_box.js";
import { entryRow } from "./entry_row.js";

const filters = new AddressForm(byId("filters"), () => list.read());
const list = new CursorList({
  noun: ["entry", "entries"],
  path: (cursor) => `/v1/audit-log?${apiQuery(filters.query, cursor)}`,
  rowsOf: ({ entries }) => entries.map(entryRow),
  shown: pageShown,
});
let head = null; // of the log, once it was read

wireKeys();
wireForgetting();
byId("export").addEventListener("click", downloadLog);
filters.readAddress();
start();

async function start() {
  await list.read();
  if (head) await showChain(head);
}

function pageShown({ page, failed }) {
  if (page) head = page.head;
  byId("export").hidden = failed;
  byId("clear-filters").hidden = filters.query.size === 0;
}

async function downloadLog() {
  await whileBusy(byId("export"), "Downloading…", () =>
    attempt(byId("list-problem"), async () => {
      await downloadFile("/v1/audit-log/export", "audit-log.jsonl");
      announce("The log was downloaded as audit-log.jsonl.");
    }),
  );
}
