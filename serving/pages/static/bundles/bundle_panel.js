/** The bundles under one name: their figures, the actions on each, the comparison, the history. */

import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { moment, share } from "../shared/formatting.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { comparisonView } from "./bundle_comparison.js";
import { confirmChange } from "./confirm_change.js";

const ROLES = {
  active: { title: "Active", meaning: "answers the checks" },
  canary: { title: "Canary", meaning: "answers a share of the listings" },
  shadow: { title: "Shadow", meaning: "judges the same checks in the background" },
  previous: { title: "Previous", meaning: "kept for a rollback" },
};
const ACTIONS = {
  activate: { title: "Activate", meaning: "It answers every check from now on. The active bundle stays for a rollback, and a canary ends." },
  shadow: { title: "Shadow", meaning: "It judges the same checks after they are answered. Its verdicts are compared and never answered." },
  canary: { title: "Start canary", meaning: "It answers a share of the listings, always the same ones. Each check says which bundle judged it." },
};
const ROLLBACKS = {
  activation: { title: "Roll back", meaning: "The previous bundle answers every check again, at once." },
  canary: { title: "End canary", meaning: "The active bundle answers every check again, at once." },
  shadow: { title: "End shadow", meaning: "Its verdicts so far are kept and can still be compared." },
};
const CHANGES = {
  activate: "activated",
  shadow: "shadow started",
  canary: "canary set",
  roll_back_activation: "activation rolled back",
  roll_back_shadow: "shadow ended",
  roll_back_canary: "canary ended",
  settings_changed: "the settings name another bundle",
  restore_failed: "could not be restored at start",
};

export class BundlePanel {
  #path;
  #name;
  #views = []; // pictures, to be closed when they are replaced

  constructor(name) {
    this.#name = name;
    this.#path = `/v1/bundles/${encodeURIComponent(name)}`;
    this.problem = element("div", { class: "problem", role: "alert", hidden: true });
    this.roles = element("ul", { class: "bundle-roles" });
    this.candidates = element("div", { class: "bundle-candidates" });
    this.comparison = element("div", { class: "comparison" });
    this.history = element("div", { class: "bundle-history" });
    this.root = element(
      "section",
      { class: "bundle-slot", "aria-label": `Bundle ${name}` },
      element("h2", {}, name),
      this.problem,
      this.roles,
      this.candidates,
      this.comparison,
      this.history,
    );
  }

  /** Load everything again. */
  async refresh() {
    clearProblem(this.problem);
    try {
      const [slot, { candidates }] = await Promise.all([getJson(`${this.#path}/state`), getJson(`${this.#path}/candidates`)]);
      this.#showRoles(slot);
      this.#showCandidates(slot, candidates);
      if (slot.durable) await Promise.all([this.#showComparison(), this.#showHistory()]);
    } catch (problem) {
      showProblem(this.problem, problem);
    }
  }

  #showRoles(slot) {
    const { state } = slot;
    const rollback = {
      active: slot.previous && this.#rollbackButton("activation"),
      canary: this.#rollbackButton("canary"),
      shadow: this.#rollbackButton("shadow"),
    };
    const present = Object.keys(ROLES).filter((role) => slot[role]);
    this.roles.replaceChildren(...present.map((role) => roleItem(role, slot[role], state, rollback[role])));
  }

  #showCandidates(slot, found) {
    const bySettings = slot.state.active.candidate !== null ? [{ candidate: null, label: "The bundle of the settings" }] : [];
    const choices = [...bySettings, ...found.filter(({ known_format }) => known_format)];
    if (!choices.length) {
      const hint = "No candidate. The subfolders of the settings’ bundles_folder are the candidates.";
      return this.candidates.replaceChildren(element("p", { class: "soft" }, hint));
    }
    const id = `candidate-${this.#name}`;
    const select = element("select", { id }, choices.map((one, at) => element("option", { value: at }, candidateWords(one))));
    const buttons = Object.keys(ACTIONS)
      .filter((action) => action !== "shadow" || slot.durable)
      .map((action) =>
        element("button", { type: "button", click: () => this.#deploy(action, choices[select.value]) }, `${ACTIONS[action].title} …`),
      );
    this.candidates.replaceChildren(
      element("div", { class: "field" }, element("label", { for: id }, "Candidate"), select),
      element("div", { class: "actions" }, buttons),
    );
    if (!slot.durable) this.candidates.append(element("p", { class: "soft" }, "This server has no store: a change ends with the process, and nothing can be compared."));
  }

  async #showComparison() {
    const view = comparisonView(await getJson(`${this.#path}/comparison`));
    for (const old of this.#views) old.close();
    this.#views = view.pictures;
    this.comparison.replaceChildren(...view.nodes);
  }

  async #showHistory() {
    const { changes } = await getJson(`${this.#path}/changes?limit=20`);
    const items = changes.map((change) =>
      element(
        "li",
        {},
        element("time", { datetime: change.created_at }, moment(change.created_at)),
        element("span", {}, `${CHANGES[change.action]}: ${changeWords(change)}`),
        change.note ? element("span", { class: "soft" }, change.note) : null,
      ),
    );
    this.history.replaceChildren(
      ...(items.length ? [element("details", {}, element("summary", {}, "Changes"), element("ol", {}, items))] : []),
    );
  }

  #rollbackButton(what) {
    const { title, meaning } = ROLLBACKS[what];
    const take = () => this.#change("rollback", { title, meaning, body: { what } });
    return element("button", { type: "button", click: take }, `${title} …`);
  }

  #deploy(action, chosen) {
    const { title, meaning } = ACTIONS[action];
    const name = candidateWords(chosen);
    const body = { candidate: chosen.candidate, ...(chosen.sha256 ? { sha256: chosen.sha256 } : {}) };
    return this.#change(action, { title: `${title}: ${name}`, verb: title, meaning, body, asksShare: action === "canary" });
  }

  async #change(action, { title, verb = title, meaning, body, asksShare = false }) {
    const author = await confirmChange({ title, verb, meaning, asksShare });
    if (!author) return;
    clearProblem(this.problem);
    this.root.setAttribute("aria-busy", "true");
    for (const button of this.root.querySelectorAll("button")) button.disabled = true;
    let failed = null;
    try {
      await postJson(`${this.#path}/${action}`, { ...body, ...author });
      announce(`${verb}: done.`);
    } catch (problem) {
      failed = problem;
    }
    await this.refresh();
    this.root.setAttribute("aria-busy", "false");
    if (failed) showProblem(this.problem, failed);
  }
}

function roleItem(role, bundle, state, rollback) {
  const answers = role === "canary" ? ` ${share(state.canary_share)} of them` : "";
  const from = state[role].candidate;
  return element(
    "li",
    { class: `bundle-role role-${role}` },
    element("h3", {}, ROLES[role].title),
    element("p", { class: "soft" }, ROLES[role].meaning, answers && `:${answers}`),
    element(
      "dl",
      {},
      fact("Version", bundle.version),
      fact("From", from === null ? "the settings" : from),
      fact("Made", moment(bundle.created_at)),
      fact("Graph", bundle.graph),
      fact("sha256", element("code", { title: bundle.sha256 }, bundle.sha256.slice(0, 12))),
      ...guarantees(bundle),
    ),
    rollback ? element("div", { class: "actions" }, rollback) : null,
  );
}

/** The errors on held-out listings, for each product. */
function guarantees({ thresholds }) {
  return Object.entries(thresholds).map(([product, { genuine_flagged, counterfeit_passed }]) =>
    fact(
      product,
      `${genuine_flagged.errors} of ${genuine_flagged.n} genuine flagged, ${counterfeit_passed.errors} of ${counterfeit_passed.n} counterfeits passed`,
    ),
  );
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function candidateWords({ candidate, label, version }) {
  return label ?? `${candidate}, version ${version}`;
}

function changeWords({ action, state, changed_by, caller }) {
  const shown = { shadow: state.shadow, canary: state.canary }[action] ?? state.active;
  const part = action === "canary" ? ` at ${share(state.canary_share)}` : "";
  const who = changed_by ?? (caller === "server" ? "the server" : "an unnamed caller");
  return `version ${shown.version}${part}, by ${who}`;
}
