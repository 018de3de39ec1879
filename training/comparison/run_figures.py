"""The figures of one run.

Folds have bundles of their own, each with its own scale, so ranks are compared within a fold: the main figure is
the mean of the folds' listing AUROCs. A run without folds is one fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.comparison.run_predictions import RunPredictions
from training.evaluation.figures import Figures, Group, listing_group, measure
from training.evaluation.predictions import ListingPrediction
from training.statistics import scores as metrics
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.estimate import Estimate, proportion
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """A run and the figures of its predictions; `by_fold` has no entry for a run without folds."""

    run: RunPredictions
    mean_of_folds: Estimate
    figures: Figures
    by_fold: tuple[Group, ...]


def measure_run(run: RunPredictions, *, rounds: int = 2000) -> RunFigures:
    """The figures of one run, with intervals from `rounds` bootstrap rounds."""
    figures = measure(run.predictions, (), rounds=rounds)
    unknown = proportion(0, 0)
    if not run.has_outcomes:
        figures = replace(
            figures,
            coverage=unknown,
            accuracy_when_said=unknown,
            genuine_flagged=unknown,
            counterfeit_passed=unknown,
            outcomes={},
        )
    positive, suspicion, fold = arrays_of(run.predictions)
    folds = sorted(k for k in run.folds if k is not None)
    return RunFigures(
        run=run,
        mean_of_folds=bootstrap_estimate(mean_of_folds(fold), positive, suspicion, rounds=rounds),
        figures=figures,
        by_fold=tuple(listing_group(f"fold {k}", [a for a in run.predictions if a.fold == k], rounds) for k in folds),
    )


def mean_of_folds(fold: NDArray[np.int64]) -> WeightedFigure:
    """The figure: mean of the AUROCs within each fold; undefined where one of the folds lacks a class."""
    parts = [fold == k for k in np.unique(fold)]

    def figure(positive: BoolArray, suspicion: FloatArray, weight: FloatArray) -> FloatArray:
        each = [metrics.auroc_weighted(positive[own], suspicion[own], weight[:, own]) for own in parts]  # [folds, R]
        return np.asarray(np.mean(each, axis=0))

    return figure


def arrays_of(predictions: Sequence[ListingPrediction]) -> tuple[BoolArray, FloatArray, NDArray[np.int64]]:
    """Whether counterfeit, suspicion and fold (−1 for none), each [N]."""
    positive = np.array([prediction.label == "counterfeit" for prediction in predictions], dtype=np.bool_)
    suspicion = np.array([prediction.suspicion for prediction in predictions], dtype=np.float64)
    fold = np.array([-1 if prediction.fold is None else prediction.fold for prediction in predictions], dtype=np.int64)
    return positive, suspicion, fold
