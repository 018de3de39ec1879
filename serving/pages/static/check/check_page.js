/** The page of one check, with links to its neighbours in the list that it was opened from. */

import { addressOf } from "../shared/address.js";
import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { sentence } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { OUTCOMES } from "../shared/wording.js";
import { listAddress, neighbours } from "./check_trail.js";
import { VerdictView } from "./verdict_view.js";

const checkId = decodeURIComponent(location.pathname.split("/").at(-1));

wireKeys();
wireForgetting();
byId("back").href = addressOf(listAddress());
offerNeighbours();
showCheck();

async function showCheck() {
  clearProblem(byId("check-problem"));
  try {
    const check = await getJson(`/v1/checks/${encodeURIComponent(checkId)}`);
    const view = new VerdictView(check, { reviews: check.reviews });
    byId("answer").replaceChildren(view.root);
    document.title = `${OUTCOMES[check.outcome].title} · Touchstone`;
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

async function offerNeighbours() {
  const { previous, next } = await neighbours(checkId);
  offer("previous", previous, "k");
  offer("next", next, "j");
}

function offer(id, neighbour, key) {
  const link = byId(id);
  link.hidden = !neighbour;
  if (!neighbour) return;
  link.href = addressOf(`/checks/${encodeURIComponent(neighbour)}`);
  bindKeys({ [key]: () => link.click() });
}
