/** The bundles that serve, one panel a name. */

import { getJson } from "./api.js";
import { wireForgetting } from "./api_key.js";
import { BundlePanel } from "./bundle_panel.js";
import { byId } from "./element.js";
import { wireKeys } from "./keys.js";
import { clearProblem, showProblem } from "./problem_box.js";

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
