/** Publishing and withdrawing the figures of a quarter, each after saying what that makes public or hides. */

import { askIn } from "../admin/dialog.js";
import { postJson } from "../shared/api.js";
import { byId, element } from "../shared/element.js";
import { counted } from "../shared/formatting.js";
import { hiddenFigures } from "./report_body.js";
import { quarterName } from "./report_words.js";

/** Ask, publish, and give the report that is public now; null where it was cancelled. */
export function publish(draft) {
  const hidden = hiddenFigures(draft.figures);
  const consequences = [
    `Anyone may read these figures from then on, without a key: this page, and the same as CSV and PDF.`,
    `${counted(draft.figures.tables.length, "table")} of counts, ${counted(draft.figures.shares.length, "share")} and ${counted(draft.figures.estimates.length, "estimate")}; ${hidden.toLocaleString("en-GB")} of the figures stay hidden. No seller and no member is named.`,
    "A publication never changes. Publishing again makes the next version, and you can withdraw it; who read it before has read it.",
    "It is in the audit log.",
  ];
  return ask(`Publish the figures of ${quarterName(draft.quarter)}?`, consequences, "Publish them", () => postJson(`/v1/transparency/${draft.quarter}/publish`, {}));
}

/** Ask and withdraw; gives whether it was done. */
export async function withdraw(report) {
  const consequences = ["Nobody can read any version of these figures any more, neither as a page nor as CSV or PDF.", "They are kept, and can be published anew. It is in the audit log."];
  return (await ask(`Withdraw the figures of ${quarterName(report.quarter)}?`, consequences, "Withdraw them", async () => (await postJson(`/v1/transparency/${report.quarter}/withdraw`, {})) ?? true)) !== null;
}

function ask(title, consequences, verb, send) {
  byId("publish-title").textContent = title;
  byId("publish-list").replaceChildren(...consequences.map((words) => element("li", {}, words)));
  byId("publish-do").textContent = verb;
  return askIn("publish", send);
}
