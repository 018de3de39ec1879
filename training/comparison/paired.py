"""Paired differences of two runs on the same listings, both drawn alike in each bootstrap round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.comparison.run_figures import arrays_of, mean_of_folds
from training.comparison.run_predictions import RunPredictions
from training.statistics import scores as metrics
from training.statistics.bootstrap import paired_bootstrap
from training.statistics.estimate import Estimate
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure

PairedName = Literal[
    "mean_of_folds",
    "auroc",
    "average_precision",
    "tpr_at_5pct_fpr",
    "tpr_at_1pct_fpr",
    "brier",
    "coverage",
    "genuine_flagged",
    "counterfeit_passed",
]
LOWER_IS_BETTER: tuple[PairedName, ...] = ("brier", "genuine_flagged", "counterfeit_passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """A figure of a run minus the baseline's on the common listings, with its paired 95 % interval."""

    figure: PairedName
    baseline: float
    run: float
    difference: Estimate

    @property
    def verdict(self) -> Literal["better", "worse", "open"]:
        """Whether the interval lies on one side of 0."""
        low, high = self.difference.low, self.difference.high
        if math.isnan(low) or low <= 0 <= high:
            return "open"
        return "better" if (low > 0) != (self.figure in LOWER_IS_BETTER) else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDifference:
    """How one run differs from the baseline, the mean of folds first."""

    run: str
    differences: tuple[PairedDifference, ...]


def difference_of(baseline: RunPredictions, run: RunPredictions, rounds: int = 2000) -> RunDifference:
    """The run minus the baseline; both have the same listings in the same order."""
    positive, first, first_fold = arrays_of(baseline.predictions)
    _, second, second_fold = arrays_of(run.predictions)

    def pair(
        name: PairedName,
        figure: WeightedFigure,
        values: tuple[FloatArray, FloatArray] = (first, second),
        of_run: WeightedFigure | None = None,
    ) -> PairedDifference:
        return PairedDifference(
            figure=name,
            baseline=metrics.point_value(figure, positive, values[0]),
            run=metrics.point_value(of_run or figure, positive, values[1]),
            difference=paired_bootstrap(figure, positive, *values, figure_of_second=of_run, rounds=rounds),
        )

    differences = [
        pair("mean_of_folds", mean_of_folds(first_fold), of_run=mean_of_folds(second_fold)),
        pair("auroc", metrics.auroc_weighted),
        pair("average_precision", metrics.average_precision_weighted),
        pair("tpr_at_5pct_fpr", metrics.tpr_at_fpr_weighted(0.05)),
        pair("tpr_at_1pct_fpr", metrics.tpr_at_fpr_weighted(0.01)),
        pair("brier", _mean_squared_error),
    ]
    if baseline.has_outcomes and run.has_outcomes:
        decided = (_called(baseline, "genuine", "counterfeit"), _called(run, "genuine", "counterfeit"))
        flagged = (_called(baseline, "counterfeit"), _called(run, "counterfeit"))
        passed = (_called(baseline, "genuine"), _called(run, "genuine"))
        differences += [
            pair("coverage", _share_among(positive | True), decided),
            pair("genuine_flagged", _share_among(~positive), flagged),
            pair("counterfeit_passed", _share_among(positive), passed),
        ]
    return RunDifference(run=run.name, differences=tuple(differences))


def _mean_squared_error(positive: BoolArray, suspicion: FloatArray, weight: FloatArray) -> FloatArray:
    return metrics.brier_weighted(~positive, 1 - suspicion, weight)


def _share_among(members: BoolArray) -> WeightedFigure:
    """The figure: the weighted share of `members` [N] whose value is 1."""

    def figure(positive: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
        n = weight[:, members].sum(axis=1)
        hits = (weight[:, members] * value[members]).sum(axis=1)
        shares: FloatArray = np.divide(hits, n, out=np.full(len(n), np.nan), where=n > 0)
        return shares

    return figure


def _called(run: RunPredictions, *outcomes: str) -> FloatArray:
    return np.array([prediction.outcome in outcomes for prediction in run.predictions], dtype=np.float64)
