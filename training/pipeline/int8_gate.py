"""Whether an int8 graph may ship: how its verdicts differ from fp32's on held-out listings."""

from __future__ import annotations

import math

import numpy as np

from training.calibration.held_out import CalibrationSet
from training.statistics.bootstrap import paired_bootstrap
from training.statistics.bounds import upper_bound
from training.statistics.scores import BoolArray, FloatArray, auroc, auroc_weighted
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GraphMetadata, Int8Gate, Tally
from vision.verdict import Outcome, counted_photos, decide, listing_logit

LISTINGS_NEEDED = 700  # with none of 700 crossed, at most 0.53 % cross, at 97.5 % confidence
MAX_CHANGED = 0.02  # of listings
MAX_FALL = 0.005  # of the listing AUROC


def measure_gate(
    bundle: Bundle, *, fp32: CalibrationSet, int8: CalibrationSet, fp32_graph: GraphMetadata, int8_graph: GraphMetadata
) -> Int8Gate:
    """Compare two predictions of the same rows, listing by listing, each with its graph's calibration and thresholds.

    Predictions that are out of fold come from the networks of the folds, quantised alike, not from those that ship.
    """
    before, after = _outcomes(bundle, fp32_graph, fp32), _outcomes(bundle, int8_graph, int8)
    counterfeit, logit = _listing_logits(fp32)
    _, int8_logit = _listing_logits(int8)
    crossed = sum({a, b} == {"genuine", "counterfeit"} for a, b in zip(before, after, strict=True))
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    gain = paired_bootstrap(auroc_weighted, counterfeit, -logit, -int8_logit)
    return Int8Gate(
        listings=len(before),
        source=int8.source,
        crossed=Tally(count=crossed, upper=upper_bound(crossed, len(before))),
        changed=Tally(count=changed, upper=upper_bound(changed, len(before))),
        auroc_fp32=auroc(counterfeit, -logit),
        auroc_int8=auroc(counterfeit, -int8_logit),
        auroc_fall=-gain.value,
        auroc_fall_low=-gain.high,
        auroc_fall_high=-gain.low,
    )


def refusals(gate: Int8Gate) -> tuple[str, ...]:
    """The reasons why the graph may not ship, one clause each; none where it may."""
    found = []
    if gate.listings < LISTINGS_NEEDED:
        found.append(f"it was compared on {gate.listings} listings, and at least {LISTINGS_NEEDED} are needed")
    if gate.crossed.count:
        found.append(f"{gate.crossed.count} listings go from genuine to counterfeit or back")
    if gate.changed.count > MAX_CHANGED * gate.listings:
        found.append(f"{gate.changed.count} listings change their verdict, more than {MAX_CHANGED:.0%}")
    if math.isnan(gate.auroc_fall):
        found.append("all listings have one label, so no AUROC can be compared")
    elif gate.auroc_fall > MAX_FALL:
        found.append(f"the listing AUROC falls by {gate.auroc_fall:.4f}, more than {MAX_FALL}")
    return tuple(found)


def describe_gate(gate: Int8Gate) -> str:
    """What was measured, in one sentence."""
    return (
        f"of the {gate.listings} {gate.source.replace('_', '-')} listings that set the thresholds, "
        f"{gate.crossed.count} go from genuine to counterfeit or back (at most {gate.crossed.upper:.2%}), "
        f"{gate.changed.count} change their verdict (at most {gate.changed.upper:.2%}); the listing AUROC falls by "
        f"{gate.auroc_fall:.4f} [{gate.auroc_fall_low:.4f}, {gate.auroc_fall_high:.4f}]"
    )


def _outcomes(bundle: Bundle, graph: GraphMetadata, predictions: CalibrationSet) -> list[Outcome]:
    return [
        decide(judgements, bundle=bundle, graph=graph, product=predictions.manifest.rows[rows[0]].product).outcome
        for rows, judgements in predictions.listing_judgements()
    ]


def _listing_logits(predictions: CalibrationSet) -> tuple[BoolArray, FloatArray]:
    """Which listings are counterfeit, and each listing's logit as a verdict takes it."""
    listings = list(predictions.listing_judgements())
    labels = [predictions.manifest.rows[rows[0]].label for rows, _ in listings]
    logits = [listing_logit(counted_photos(judgements)) for _, judgements in listings]
    return np.array([label == "counterfeit" for label in labels]), np.array(logits)
