/** The page of one check, with links to its neighbours in the list that it was opened from. */

import { addressOf, namedIn } from "../shared/address.js";
import { getJson, prefetchPicture } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { renditionPath } from "../pictures/check_picture.js";
import { byId, element } from "../shared/element.js";
import { sentence } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { pageTitle } from "../shared/wording.js";
import { listAddress, neighbours } from "./check_trail.js";
import { photoToOpen } from "./opened_photo.js";
import { showQueueEnd } from "./queue_end.js";
import { VerdictView } from "./verdict_view.js";

const ADVANCES_KEPT_AS = "touchstone.advance";
const address = location.pathname;
const checkId = namedIn(address);
const place = neighbours(checkId);

wireKeys();
wireForgetting();
byId("back").href = addressOf(listAddress());
byId("answer").addEventListener("decided", goOn);
// The upload page shows a verdict under its check's address. Back to it from a page that was reloaded comes without a load.
addEventListener("popstate", () => location.pathname !== address && location.reload());
offerNeighbours();
showCheck();

async function showCheck() {
  clearProblem(byId("check-problem"));
  try {
    const check = await getJson(`/v1/checks/${encodeURIComponent(checkId)}`);
    const view = new VerdictView(check, { reviews: check.reviews });
    byId("answer").replaceChildren(view.root);
    document.title = pageTitle(check);
    view.stage.ready.then(prefetchNext).catch(() => {}); // without it the next check only opens later
  } catch (problem) {
    byId("loading").remove();
    if (problem.status === 404) return showMissing(problem);
    showProblem(byId("check-problem"), problem);
  }
}

function showMissing(problem) {
  document.title = "No such check · Touchstone";
  byId("answer").append(
    element("div", { class: "empty" }, element("h1", {}, problem.title), element("p", {}, sentence(problem.detail)), element("a", { class: "button", href: "/checks" }, "See the checks")),
  );
}

/** Load the picture that the next check opens with, once nothing of this one is missing. */
async function prefetchNext() {
  const { next } = await place;
  if (!next) return;
  const check = await getJson(`/v1/checks/${encodeURIComponent(next)}`);
  await prefetchPicture(renditionPath(next, photoToOpen(check), 1600));
}

async function offerNeighbours() {
  const { listed, previous, next } = await place;
  offer("previous", previous, "k");
  offer("next", next, "j");
  if (!listed) return;
  if (!next) bindKeys({ j: showQueueEnd });
  const advance = byId("advance");
  byId("advance-field").hidden = false;
  advance.checked = localStorage.getItem(ADVANCES_KEPT_AS) !== null;
  advance.addEventListener("change", () => {
    if (advance.checked) localStorage.setItem(ADVANCES_KEPT_AS, "1");
    else localStorage.removeItem(ADVANCES_KEPT_AS);
  });
}

/** After a decision: to the next check where that is asked for, and at the end of the list to what there is to do. */
async function goOn() {
  const { listed, next } = await place;
  if (listed && !next) showQueueEnd();
  else if (next && byId("advance").checked) byId("next").click();
}

function offer(id, neighbour, key) {
  const link = byId(id);
  link.hidden = !neighbour;
  if (!neighbour) return;
  link.href = addressOf(`/checks/${encodeURIComponent(neighbour)}`);
  bindKeys({ [key]: () => link.click() });
}
