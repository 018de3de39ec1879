/** The comparison of the shadow's verdicts with the answered ones: figures, a table of outcomes, and examples. */

import { CheckPicture } from "../pictures/check_picture.js";
import { element, icon } from "../shared/element.js";
import { counted, percent, productName, share, shownName } from "../shared/formatting.js";
import { OUTCOMES } from "../shared/wording.js";

/** The comparison's nodes, and the pictures in them, which must be closed. */
export function comparisonView({ shadow_sha256, products, shadow_work }) {
  if (!shadow_sha256) return { nodes: [], pictures: [] };
  const pictures = [];
  const nodes = [
    element("h3", {}, "Shadow against active"),
    element("p", { class: "soft" }, workWords(shadow_work)),
    ...products.flatMap((product) => productNodes(product, pictures)),
  ];
  return { nodes, pictures };
}

function workWords({ judged, dropped, failed, waiting }) {
  const parts = [`${counted(judged, "check")} judged since the server started`, `${dropped} dropped because checks were waiting`];
  if (failed) parts.push(`${failed} failed`);
  if (waiting) parts.push(`${waiting} waiting`);
  return `${parts.join(", ")}.`;
}

function productNodes(product, pictures) {
  const { share_changed: changed, authenticity_move: move } = product;
  const sentences = [
    `${product.changed} of ${counted(product.checks, "verdict")} differ: ${share(changed.share)}, 95 % interval ${share(changed.low)} to ${share(changed.high)}. Counted on the checks of this server that both judged: how often they differ, not which is right.`,
    `${product.crossed} crossed between genuine and counterfeit.`,
  ];
  if (move.n) sentences.push(`Authenticity moved by ${points(move.mean)} points on average, ${Math.abs(move.mean_absolute * 100).toFixed(1)} in size.`);
  return [
    element("h4", {}, productName(product.product)),
    element("p", {}, sentences.join(" ")),
    outcomeTable(product.outcomes, productName(product.product)),
    product.examples.length ? exampleList(product.examples, pictures) : null,
  ].filter(Boolean);
}

function outcomeTable(counts, name) {
  const seen = Object.keys(OUTCOMES).filter((outcome) => counts.some(({ active, shadow }) => outcome === active || outcome === shadow));
  const number = (active, shadow) => counts.find((count) => count.active === active && count.shadow === shadow)?.checks ?? 0;
  const row = (active) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, `answered ${active}`),
      seen.map((shadow) => element("td", { class: number(active, shadow) && active !== shadow ? "differs" : null }, number(active, shadow))),
    );
  return element(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Outcomes of both bundles" },
    element(
      "table",
      { class: "outcome-table" },
      element("caption", { class: "visually-hidden" }, `Outcomes of ${name}: answered, and by the shadow`),
      element("thead", {}, element("tr", {}, element("td"), seen.map((outcome) => element("th", { scope: "col" }, `shadow ${outcome}`)))),
      element("tbody", {}, seen.map(row)),
    ),
  );
}

function exampleList(examples, pictures) {
  const items = examples.map((example) => {
    const picture = new CheckPicture(example.check_id, 0);
    pictures.push(picture);
    return element(
      "li",
      {},
      element(
        "a",
        { href: `/checks/${encodeURIComponent(example.check_id)}` },
        picture.root,
        element("span", { class: "example-listing" }, shownName(example.listing_id ?? "No listing id")),
        verdict("answered", example.active_outcome, example.active_authenticity),
        verdict("shadow", example.shadow_outcome, example.shadow_authenticity),
      ),
    );
  });
  return element("ul", { class: "examples", "aria-label": "Checks whose verdict differs" }, items);
}

function verdict(whose, outcome, authenticity) {
  const number = authenticity === null ? "" : ` ${percent(authenticity)}`;
  return element("span", { class: `example-verdict tone-${outcome}` }, icon(outcome), `${whose} ${outcome}${number}`);
}

function points(move) {
  const value = Math.abs(move * 100).toFixed(1);
  if (value === "0.0") return value;
  return `${move > 0 ? "+" : "−"}${value}`;
}
