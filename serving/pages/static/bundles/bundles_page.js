/** The bundles that serve, one panel a name. */

import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId } from "../shared/element.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { BundlePanel } from "./bundle_panel.js";

wireKeys();
wireForgetting();
start();

async function start() {
  const slots = byId("slots");
  clearProblem(byId("bundles-problem"));
  try {
    const { bundles } = await getJson("/v1/bundles");
    const panels = [...new Set(bundles.map(({ name }) => name))].map((name) => new BundlePanel(name));
    slots.replaceChildren(...panels.map(({ root }) => root));
    await Promise.all(panels.map((panel) => panel.refresh()));
  } catch (problem) {
    slots.replaceChildren();
    showProblem(byId("bundles-problem"), problem);
  } finally {
    slots.setAttribute("aria-busy", "false");
  }
}
