/** The endpoints of webhooks: the list, and making one. */

import { showSecret, wireSecret } from "../admin/secret_box.js";
import { getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId } from "../shared/element.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { EndpointCard } from "./endpoint_card.js";
import { askForEndpoint } from "./webhook_dialogs.js";

const list = byId("webhooks");
let owners = new Map(); // names of members by id

wireKeys();
wireForgetting();
wireSecret(byId("new-webhook"));
byId("new-webhook").addEventListener("click", makeEndpoint);
readAll();

async function readAll() {
  clearProblem(byId("webhooks-problem"));
  try {
    const [{ webhooks }, { members }] = await Promise.all([getJson("/v1/webhooks"), getJson("/v1/members")]);
    owners = new Map(members.map(({ member_id: id, name }) => [id, name]));
    list.replaceChildren(...webhooks.map((webhook) => cardOf(webhook).root));
    showEmpty();
  } catch (problem) {
    list.replaceChildren();
    byId("new-webhook").hidden = true; // what can't be listed can't be made
    showProblem(byId("webhooks-problem"), problem);
  } finally {
    list.setAttribute("aria-busy", "false");
  }
}

function cardOf(webhook) {
  const owner = webhook.member_id === null ? "the operator" : (owners.get(webhook.member_id) ?? webhook.member_id);
  return new EndpointCard(webhook, owner, () => {
    showEmpty();
    byId("new-webhook").focus();
  });
}

function showEmpty() {
  byId("webhooks-empty").hidden = list.childElementCount > 0;
}

async function makeEndpoint() {
  const made = await askForEndpoint();
  if (!made) return;
  list.append(cardOf(made).root);
  showEmpty();
  showSecret(made.secret);
}
