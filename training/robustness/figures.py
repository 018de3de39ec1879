"""What changed copies of the same photos do to verdicts: how many flip, how many change, how far authenticity moves."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.evaluation.predictions import ListingPrediction
from training.statistics.bootstrap import bootstrap_estimate, paired_bootstrap
from training.statistics.estimate import Estimate, Proportion, proportion
from training.statistics.scores import BoolArray, FloatArray, auroc_weighted

COLUMNS = (
    "change", "listing", "fold", "label", "product", "outcome_before", "outcome_after", "authenticity_before",
    "authenticity_after", "logit_before", "logit_after",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPrediction:
    """One listing unchanged and with every photo changed alike; `change` is the change's code."""

    change: str
    before: ListingPrediction
    after: ListingPrediction

    @property
    def flipped(self) -> bool:
        """Whether the verdict went from genuine to counterfeit or back."""
        return self.before.is_decided and self.after.is_decided and self.changed

    @property
    def changed(self) -> bool:
        """Whether the outcome is another one; no prediction counts as one."""
        return self.before.outcome != self.after.outcome

    @property
    def moved(self) -> float:
        """How far authenticity moved, 0 to 1; NaN where it is missing on one side."""
        if self.before.authenticity is None or self.after.authenticity is None:
            return math.nan
        return abs(self.after.authenticity - self.before.authenticity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFigures:
    """What one change did, over `listings` listings; "before" is of the same listings unchanged.

    `flipped`: verdicts from genuine to counterfeit or back; `changed`: any other outcome; `silenced`: with an
    authenticity before, and without one now. `moved_95th`: 95th percentile of the change of authenticity, over
    listings that have one both times. AUROC counts a listing without one 0.5, as everywhere; `logit_auroc` ranks by
    the network's logit, which every listing has in whose photos the product was found. `auroc_change` and
    `logit_auroc_change` have paired intervals.
    """

    change: str
    listings: int
    flipped: Proportion
    to_counterfeit: int
    to_genuine: int
    changed: Proportion
    silenced: Proportion
    moved_95th: float
    auroc_before: Estimate
    auroc: Estimate
    auroc_change: Estimate
    logit_auroc_before: Estimate
    logit_auroc: Estimate
    logit_auroc_change: Estimate


def measure_change(change: str, predictions: Sequence[ChangedPrediction]) -> ChangeFigures:
    """The figures of one change, by its code; `answers` are its own."""
    flips = [a for a in predictions if a.flipped]
    answered = [a for a in predictions if a.before.authenticity is not None]
    moved = [a.moved for a in predictions if not math.isnan(a.moved)]
    positive = np.array([a.before.label == "counterfeit" for a in predictions], np.bool_)
    before = np.array([a.before.suspicion for a in predictions], np.float64)
    after = np.array([a.after.suspicion for a in predictions], np.float64)
    logit_before, logit_after = _suspicion(a.before for a in predictions), _suspicion(a.after for a in predictions)
    return ChangeFigures(
        change=change,
        listings=len(predictions),
        flipped=proportion(len(flips), len(predictions)),
        to_counterfeit=sum(a.after.outcome == "counterfeit" for a in flips),
        to_genuine=sum(a.after.outcome == "genuine" for a in flips),
        changed=proportion(sum(a.changed for a in predictions), len(predictions)),
        silenced=proportion(sum(a.after.authenticity is None for a in answered), len(answered)),
        moved_95th=float(np.percentile(moved, 95)) if moved else math.nan,
        auroc_before=_auroc(positive, before),
        auroc=_auroc(positive, after),
        auroc_change=_difference(positive, before, after),
        logit_auroc_before=_auroc(positive, logit_before),
        logit_auroc=_auroc(positive, logit_after),
        logit_auroc_change=_difference(positive, logit_before, logit_after),
    )


def write_changed_predictions(path: Path, predictions: Sequence[ChangedPrediction]) -> None:
    """Writes a CSV with a row for each change and listing, with STRESS_COLUMNS."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for a in predictions:
            before, after = a.before, a.after
            fold = "" if before.fold is None else before.fold
            outcomes = (before.outcome or "", after.outcome or "")
            numbers = (before.authenticity, after.authenticity, before.logit, after.logit)
            cells = ("" if value is None else f"{value:.6f}" for value in numbers)
            writer.writerow((a.change, before.listing, fold, before.label, before.product, *outcomes, *cells))


def _suspicion(predictions: Iterable[ListingPrediction]) -> FloatArray:
    """The negative logit of each listing [N]; 0, which is neutral, where no photo counted."""
    return np.array([0.0 if a.logit is None else -a.logit for a in predictions], np.float64)


def _auroc(positive: BoolArray, value: FloatArray) -> Estimate:
    return bootstrap_estimate(auroc_weighted, positive, value)


def _difference(positive: BoolArray, before: FloatArray, after: FloatArray) -> Estimate:
    return paired_bootstrap(auroc_weighted, positive, before, after)
