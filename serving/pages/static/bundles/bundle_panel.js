/** The bundles under one name: their figures, the actions on each, the comparison, the history. */

import { getJson, postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { moment, share } from "../shared/formatting.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { comparisonView } from "./bundle_comparison.js";
import { figuresOf } from "./bundle_figures.js";
import { CandidatePicker, HANGS_ON_MORE, candidateWords } from "./candidate_picker.js";
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
    this.status = element("p", { class: "bundle-status", role: "status", tabindex: -1 });
    this.picker = new CandidatePicker(name, wordsOfActions(), (action, chosen) => this.#deploy(action, chosen));
    this.comparison = element("div", { class: "comparison" });
    this.history = element("div", { class: "bundle-history" });
    this.root = element(
      "section",
      { class: "bundle-slot", "aria-label": `Bundle ${name}` },
      element("h2", {}, name),
      this.status,
      this.problem,
      this.roles,
      this.picker.root,
      this.comparison,
      this.history,
    );
  }

  /** Load everything again. */
  async refresh() {
    clearProblem(this.problem);
    try {
      const [slot, found] = await Promise.all([getJson(`${this.#path}/state`), getJson(`${this.#path}/candidates`)]);
      this.#showRoles(slot);
      this.picker.show(slot, found);
      if (slot.durable) await Promise.all([this.#showComparison(), this.#showHistory()]);
    } catch (problem) {
      showProblem(this.problem, problem);
    }
  }

  #showRoles(slot) {
    const { state } = slot;
    const buttons = {
      active: [slot.previous && this.#rollbackButton("activation")],
      canary: [this.#activateButton(slot, "canary"), this.#rollbackButton("canary")],
      shadow: [this.#activateButton(slot, "shadow"), this.#rollbackButton("shadow")],
    };
    const present = Object.keys(ROLES).filter((role) => slot[role]);
    this.roles.replaceChildren(...present.map((role) => roleItem(role, slot[role], state, (buttons[role] ?? []).filter(Boolean))));
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

  #activateButton({ state }, role) {
    const { candidate, version, sha256 } = state[role] ?? {};
    const chosen = { candidate, version, sha256, ...(candidate === null ? { label: "The bundle of the settings" } : {}) };
    return element("button", { type: "button", class: "primary", click: () => this.#deploy("activate", chosen) }, "Activate this …");
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
    this.status.textContent = `${title}: in progress. Checks are answered meanwhile as before.`;
    this.root.setAttribute("aria-busy", "true");
    for (const button of this.root.querySelectorAll("button")) button.disabled = true;
    let failed = null;
    try {
      await postJson(`${this.#path}/${action}`, { ...body, ...author });
    } catch (problem) {
      failed = problem;
    }
    await this.refresh();
    for (const button of this.root.querySelectorAll("button")) button.disabled = false;
    this.root.setAttribute("aria-busy", "false");
    this.status.textContent = failed ? `${title}: refused, and nothing changed.` : `${title}: done at ${moment(new Date().toISOString())}.`;
    if (failed) showProblem(this.problem, failed);
    if (!this.root.contains(document.activeElement)) this.status.focus({ preventScroll: true }); // its button may be gone
  }
}

function wordsOfActions() {
  return Object.fromEntries(Object.entries(ACTIONS).map(([action, { title }]) => [action, title]));
}

function roleItem(role, bundle, state, buttons) {
  const answers = role === "canary" ? ` ${share(state.canary_share)} of them` : "";
  const from = state[role].candidate;
  return element(
    "li",
    { class: `bundle-role role-${role}` },
    element("h3", {}, ROLES[role].title),
    bundle.robustness.state === "beyond" ? element("p", { class: "bundle-mark" }, HANGS_ON_MORE) : null,
    element("p", { class: "soft" }, ROLES[role].meaning, answers && `:${answers}`),
    element(
      "dl",
      {},
      fact("Version", bundle.version),
      fact("From", from === null ? "the settings" : from),
      fact("Made", moment(bundle.created_at)),
      fact("Graph", bundle.graph),
      fact("sha256", element("code", { title: bundle.sha256 }, bundle.sha256.slice(0, 12))),
      ...figuresOf(bundle).map(([term, lines]) => fact(term, lines.map((line) => element("p", {}, line)))),
    ),
    buttons.length ? element("div", { class: "actions" }, buttons) : null,
  );
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function changeWords({ action, state, changed_by, caller }) {
  const shown = { shadow: state.shadow, canary: state.canary }[action] ?? state.active;
  const part = action === "canary" ? ` at ${share(state.canary_share)}` : "";
  const who = changed_by ?? (caller === "server" ? "the server" : "an unnamed caller");
  return `version ${shown.version}${part}, by ${who}`;
}
