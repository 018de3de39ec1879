/** The dashboard: the service level of takedown cases beside its benchmark, by week and by group, and every late case. */

import { countryName } from "../cases/case_words.js";
import { AddressForm, apiQuery } from "../shared/address_form.js";
import { announce } from "../shared/announcer.js";
import { downloadFile, getIfAllowed, getJson } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { productName } from "../shared/formatting.js";
import { bindKeys, wireKeys } from "../shared/keys.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { groupTable } from "./group_table.js";
import { lateCases } from "./late_cases.js";
import { levelOf } from "./level.js";
import { weekChart } from "./week_chart.js";

const CHOICES = { product: productName, country: countryName };
const filters = new AddressForm(byId("filters"), readAll, asOffered);
const late = lateCases(filters);
let reading = 0; // number of the latest request, so that the answer to an earlier filter is dropped

wireKeys();
wireForgetting();
bindKeys({ ...late.keys, "/": () => byId("filter-since").focus() });
byId("download").addEventListener("click", download);
filters.readAddress();
start();

async function start() {
  await readAll(); // where a key is needed, this one asks for it
  const counts = await getIfAllowed("/v1/cases/counts");
  for (const name of Object.keys(CHOICES)) offer(name, (counts?.[name] ?? []).map(({ value }) => value));
}

/** The values of an address, each among the choices. */
function asOffered(query) {
  for (const [name, value] of query) if (name in CHOICES) offer(name, [value]);
  return query;
}

/** Have these values among the choices of a filter, by their names. */
function offer(name, values) {
  const select = byId(`filter-${name}`);
  const [any, ...known] = select.options;
  const kept = new Set(known.map(({ value }) => value));
  const added = values.filter((value) => !kept.has(value)).map((value) => element("option", { value }, CHOICES[name](value)));
  const chosen = select.value;
  select.replaceChildren(any, ...[...known, ...added].sort((one, other) => one.text.localeCompare(other.text, "en")));
  select.value = chosen;
}

async function readAll() {
  const turn = ++reading;
  const problemBox = byId("dashboard-problem");
  clearProblem(problemBox);
  byId("level").setAttribute("aria-busy", "true");
  byId("clear-filters").hidden = ![...filters.query.keys()].length;
  try {
    const [level] = await Promise.all([getJson(`/v1/service-level?${apiQuery(filters.query)}`), late.read()]);
    if (turn === reading) show(level);
  } catch (problem) {
    if (turn !== reading) return;
    for (const part of ["level", "weeks", "groups"]) byId(part).replaceChildren(); // figures of other filters
    showProblem(problemBox, problem);
  } finally {
    if (turn === reading) byId("level").setAttribute("aria-busy", "false");
  }
}

function show(level) {
  byId("level").replaceChildren(levelOf(level));
  byId("weeks").replaceChildren(...weekChart(level));
  byId("groups").replaceChildren(
    ...[
      groupTable("By member", level.by_member, { nameOf: ({ name, value }) => name ?? value ?? "The operator’s own findings" }),
      groupTable("By category", level.by_category, { nameOf: ({ value }) => value?.replaceAll("_", " ") ?? "Without a category" }),
      groupTable("By country", level.by_country, { isCountry: true }),
    ].filter(Boolean),
  );
}

async function download() {
  await attempt(byId("dashboard-problem"), async () => {
    await downloadFile(`/v1/service-level.csv?${apiQuery(filters.query)}`, "service-level.csv");
    announce("Downloaded as service-level.csv.");
  });
}
