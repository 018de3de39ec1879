/** One endpoint: how its deliveries go, its log, and what can be done with it. */

import { factsRow } from "../admin/facts.js";
import { showSecret } from "../admin/secret_box.js";
import { announce } from "../shared/announcer.js";
import { getJson, patchJson, postJson } from "../shared/api.js";
import { element } from "../shared/element.js";
import { counted, moment } from "../shared/formatting.js";
import { attempt } from "../shared/problem_box.js";
import { attemptWords, DeliveryLog } from "./delivery_log.js";
import { askForChange, askForReplay, confirmDeletion, confirmRotation, pathOf } from "./webhook_dialogs.js";

const FAILED_COUNTED = 20;
const SWITCHED_OFF = {
  by_owner: "paused",
  gone: "switched off: it answered 410",
  failing: "switched off: every attempt of 5 days failed",
};

export class EndpointCard {
  /** `owner` is the name of who it belongs to; `onDeleted` is called when it is gone. */
  constructor(webhook, owner, onDeleted) {
    this.owner = owner;
    this.onDeleted = onDeleted;
    this.log = new DeliveryLog(pathOf(webhook), () => this.refresh());
    this.title = element("h2", { tabindex: "-1" });
    this.url = element("code");
    this.facts = element("div");
    this.deliveries = element("div");
    this.actions = element("div", { class: "actions" });
    this.status = element("p", { class: "card-status wide", role: "status" });
    this.problem = element("div", { class: "problem wide", role: "alert", hidden: true });
    const about = element("div", { class: "card-about" }, this.title, this.url, this.facts, this.deliveries);
    this.root = element("section", { class: "card" }, about, this.actions, this.status, this.problem, this.log.root);
    this.show(webhook);
    attempt(this.problem, () => this.showDeliveries());
  }

  get path() {
    return pathOf(this.webhook);
  }

  /** Its description, or the host of its address. */
  get name() {
    return this.webhook.description || new URL(this.webhook.url).host;
  }

  show(webhook) {
    this.webhook = webhook;
    this.root.classList.toggle("ended", !webhook.enabled);
    this.root.setAttribute("aria-label", this.name);
    this.title.textContent = this.name;
    this.url.textContent = webhook.url;
    this.facts.replaceChildren(
      factsRow([
        ["State", stateWords(webhook)],
        ["Of", this.owner],
        ["Events", webhook.types?.join(", ") ?? "all"],
        webhook.products && ["Products", webhook.products.join(", ")],
        webhook.ordered && ["Order", "by sequence"],
        ["Waiting", webhook.waiting ? `${webhook.waiting.toLocaleString("en-GB")}, since ${moment(webhook.oldest_waiting_at)}` : "none"],
        webhook.paused_until && new Date(webhook.paused_until) > new Date() && ["Nothing is sent until", moment(webhook.paused_until)],
        webhook.previous_keys_until && ["The old secret signs until", moment(webhook.previous_keys_until)],
        ["Public key", element("code", {}, webhook.public_key)],
      ]),
    );
    this.showActions();
  }

  /** Show the newest event that was delivered, and how many were given up. */
  async showDeliveries() {
    const of = (state, limit) => getJson(`${this.path}/deliveries?state=${state}&limit=${limit}`);
    const [delivered, failed] = await Promise.all([of("delivered", 1), of("failed", FAILED_COUNTED)]);
    const [last] = delivered.deliveries;
    const more = failed.next_cursor === null ? "" : " or more";
    const count = failed.deliveries.length;
    this.deliveries.replaceChildren(
      factsRow([
        ["Last delivery", last ? `${last.type ?? "event"}, ${attemptWords(last.attempts.at(-1))}` : "none yet"],
        ["Failures", [count ? `${count}${more} given up` : "none given up", this.webhook.failing_since && "the latest attempt failed"].filter(Boolean).join(", ")],
      ]),
    );
  }

  showActions() {
    const { enabled } = this.webhook;
    const wanted = [
      enabled && ["test", "Send test event", () => this.test()],
      ["edit", "Edit", () => this.edit()],
      ["enable", enabled ? "Pause" : "Resume", () => this.enable(!enabled)],
      ["rotate", "Rotate secret", () => this.rotate()],
      enabled && ["replay", "Deliver again…", () => this.replay()],
      ["delete", "Delete", () => this.remove()],
    ].filter(Boolean);
    const focused = this.actions.querySelector(":focus")?.dataset.action;
    this.actions.replaceChildren(
      ...wanted.map(([action, words, click]) =>
        element("button", { type: "button", "data-action": action, "aria-label": `${words.replace("…", "")}: ${this.name}`, class: action === "delete" && "quiet", click }, words),
      ),
    );
    if (focused) (this.actions.querySelector(`[data-action="${focused}"]`) ?? this.title).focus();
  }

  /** Read the endpoint again, with how its deliveries go. */
  async refresh() {
    await attempt(this.problem, async () => {
      this.show(await getJson(this.path));
      await this.showDeliveries();
    });
  }

  test() {
    return attempt(this.problem, async () => {
      const { event_id: eventId } = await postJson(`${this.path}/test`, {});
      this.say("A test event was sent; the log has what comes of it.");
      await this.log.follow(eventId, null);
    });
  }

  async edit() {
    const changed = await askForChange(this.webhook);
    if (!changed) return;
    this.show(changed);
    this.say("Saved.");
  }

  enable(enabled) {
    return attempt(this.problem, async () => {
      this.show(await patchJson(this.path, { enabled }));
      this.say(enabled ? "It goes on, with what happened meanwhile." : "Paused. What happens now is kept and delivered when it goes on.");
    });
  }

  async rotate() {
    const rotated = await confirmRotation(this.webhook, this.name);
    if (!rotated) return;
    this.show(rotated);
    showSecret(rotated.secret);
  }

  async replay() {
    const count = await askForReplay(this.webhook);
    if (count === null) return;
    this.say(count ? `${counted(count, "event")} will be delivered again.` : "No event of this time is to be delivered.");
    await this.log.reopen();
    await this.refresh();
  }

  async remove() {
    if (!(await confirmDeletion(this.webhook, this.name))) return;
    announce(`${this.name} is deleted.`);
    this.root.remove();
    this.onDeleted();
  }

  say(words) {
    this.status.textContent = words;
  }
}

function stateWords({ enabled, disabled_reason: reason, disabled_at: since, failing_since: failing }) {
  if (!enabled) return `${SWITCHED_OFF[reason] ?? "switched off"}, since ${moment(since)}`;
  return failing ? `failing since ${moment(failing)}` : "on";
}
