/** What a bundle was measured to do, and the listings that set its thresholds: two things, never one for the other. */

import { counted, productName, sentence, share } from "../shared/formatting.js";

/** Terms and words for a card: performance with intervals and its source, and for each product the thresholds. */
export function figuresOf({ performance, robustness, thresholds }) {
  return [
    ["Performance", performance ? performanceWords(performance) : ["Not measured: evaluate it on a test set before you trust it."]],
    ["Robustness", robustnessWords(robustness)],
    ...Object.entries(thresholds).map(([product, found]) => [`Thresholds, ${productName(product)}`, thresholdWords(found)]),
  ];
}

function performanceWords({ on, auroc, decided, genuine_flagged: flagged, counterfeit_passed: passed }) {
  const rates = decided
    ? [`Decided: ${rate(decided)}`, `Genuine flagged: ${rate(flagged)}`, `Counterfeits passed: ${rate(passed)}`]
    : ["Decided, flagged, passed: not measured, since the same listings set the thresholds."];
  return [
    ...rates,
    auroc.value === null ? null : `AUROC: ${auroc.value.toFixed(3)} (${intervalOf(auroc)})`,
    `Measured on ${on}. In brackets: 95 % intervals.`,
  ].filter(Boolean);
}

function robustnessWords({ text, beyond, unmeasured, changes, other_backgrounds: swapped, painted_out: painted, evidence_inside: inside }) {
  const bounded = changes.filter((change) => change.bounded);
  return [
    text,
    ...beyond.map((limit) => sentence(limit.text)),
    unmeasured.length ? `Not measured: ${unmeasured.join("; ")}.` : null,
    inside && `Evidence inside the product: ${share(inside.share.value)} (${share(inside.share.low)} to ${share(inside.share.high)}), n = ${inside.listings}; an even map: ${share(inside.if_even)}`,
    swapped && `AUROC before other backgrounds: ${decimal(swapped.auroc)}, lower by ${decimal(swapped.fall)}, n = ${swapped.listings}`,
    painted && `AUROC with the product painted out: ${painted.with_logit ? decimal(painted.auroc) : "no logit"}, n = ${painted.listings}`,
    ...bounded.map(({ name, changed }) => `Verdicts changed by ${name}: ${rate(changed)}`),
  ].filter(Boolean);
}

function decimal({ value, low, high }) {
  return value === null ? "undefined" : `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** A bootstrap of labels that don't overlap gives 1 each time, also of four listings: that is no interval. */
function intervalOf({ low, high }) {
  return low === 1 ? "no interval" : `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

function rate({ value, low, high, n }) {
  return value === null ? "no such listing" : `${share(value)} (${share(low)} to ${share(high)}), n = ${n.toLocaleString("en-GB")}`;
}

function thresholdWords({ genuine_flagged: flagged, counterfeit_passed: passed }) {
  return [
    `Genuine flagged: ${limitWords(flagged)}`,
    `Counterfeits passed: ${limitWords(passed)}`,
    `Set on ${counted(flagged.n, "genuine listing")} with ${counted(flagged.errors, "error")} and ${counted(passed.n, "counterfeit")} with ${passed.errors}: not a performance figure, since the thresholds were chosen on them.`,
  ];
}

function limitWords({ limit, kind, upper }) {
  if (kind === "no_data") return "no listing of this class set it";
  const bound = `97.5 % bound ${share(upper)}`;
  return kind === "guaranteed" ? `guaranteed at most ${share(limit)} (${bound})` : `aimed at ${share(limit)}: an estimate, not guaranteed (${bound})`;
}
