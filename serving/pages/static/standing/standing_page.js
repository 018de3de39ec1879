/** The page of how members and rules stand as notifiers: fast track, misuse, and trusted flaggers. */

import { getIfAllowed } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId } from "../shared/element.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { FastTrack } from "./fast_track.js";
import { Misuse } from "./misuse.js";
import { TrustedFlaggers } from "./trusted_flaggers.js";

wireKeys();
wireForgetting();
start();

async function start() {
  const fastTrack = new FastTrack();
  bindKeys({ ...fastTrack.keys, "/": () => byId("filter-standing").focus() });
  await fastTrack.read(); // where a key is needed, this one asks for it
  const caller = await getIfAllowed("/v1/keys/current");
  const may = (scope) => caller !== null && caller.member_id === null && caller.scopes.includes(scope);
  const members = may("admin") ? ((await getIfAllowed("/v1/members"))?.members ?? []) : [];
  const names = new Map(members.map(({ member_id: id, name }) => [id, name]));
  const nameOf = (id) => names.get(id) ?? (id === caller?.member_id ? "Your company" : `Member ${id}`);
  byId("evaluate").hidden = !may("cases");
  await Promise.all([new Misuse(nameOf, may("cases")).read(), new TrustedFlaggers(nameOf, members, may("admin")).read()]);
}
