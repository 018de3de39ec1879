/** Whether the chain of the log holds, as the server verifies it: at once where the log is short, else when it is asked. */

import { getJson } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId, element } from "../shared/element.js";
import { moment, sentence } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";

const VERIFIED_AT_ONCE = 10_000; // entries; the server reads every one

byId("verify").addEventListener("click", verify);

/** Show the box for a log that ends at `head`. */
export async function showChain(head) {
  byId("chain").hidden = false;
  if (head.sequence <= VERIFIED_AT_ONCE) return verify();
  show("not-verified", "Not verified yet", [`The log ends at entry ${number(head.sequence)}; verifying reads every one.`]);
}

async function verify() {
  await whileBusy(byId("verify"), "Verifying…", () => attempt(byId("list-problem"), async () => showResult(await getJson("/v1/audit-log/verification"))));
  byId("verify").textContent = "Verify again";
}

function showResult({ holds, reason, entries, sequence, head, complete }) {
  const verified = `${number(entries)} ${entries === 1 ? "entry" : "entries"} verified by this server, ${moment(new Date().toISOString())}.`;
  if (!holds) return show("broken", "The chain does not hold", [`${sentence(reason)}.`, `${verified} Keep a copy of the database, and compare it with an earlier export.`]);
  const title = complete ? "The chain holds" : "Your entries hold";
  show("holds", title, [
    verified,
    head && element("span", {}, `Entry ${number(sequence)} has the hash `, element("code", {}, head), ". Noted elsewhere, it proves later that nothing before it was changed."),
  ]);
}

function show(state, title, paragraphs) {
  byId("chain").dataset.state = state;
  byId("chain-title").textContent = title;
  byId("chain-words").replaceChildren(...paragraphs.filter(Boolean).map((words) => element("p", {}, words)));
}

function number(value) {
  return value.toLocaleString("en-GB");
}
