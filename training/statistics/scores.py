"""Figures of a binary classifier: AUROC, average precision, TPR at FPR, ECE, Brier score, and their curves.

The positive class is `counterfeit` everywhere, and a value is a suspicion: larger means more likely counterfeit
(−logit or 1 − authenticity). Only `ece`, `brier` and `reliability` take authenticity: their class is `genuine`.

Each figure has one definition, weighted: `target` [N] bool, `value` [N] float, `weight` [R, N] float give [R] figures,
one for each row of weights. A plain figure is one row of ones; a bootstrap is R rows of how often each item was drawn.
NaN means undefined: a class is missing, or there is no item.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.statistics.estimate import Proportion, proportion

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
WeightedFigure = Callable[[BoolArray, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points of a curve, float64 [K] each; items at or above `threshold` (a suspicion) count as flagged."""

    x: FloatArray
    y: FloatArray
    threshold: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """One bin of authenticity: the mean of it, and the proportion that is genuine."""

    p_mean: float
    genuine: Proportion


def auroc(positive: BoolArray, value: FloatArray) -> float:
    """Probability that a counterfeit's value is above a genuine one's, ties counted half."""
    return point_value(auroc_weighted, positive, value)


def average_precision(positive: BoolArray, value: FloatArray) -> float:
    """Precision at each counterfeit's rank, averaged; ties share one rank (as scikit-learn defines it)."""
    return point_value(average_precision_weighted, positive, value)


def tpr_at_fpr(positive: BoolArray, value: FloatArray, fpr: float) -> float:
    """Share of counterfeits above the value that at most `fpr` of the genuine ones exceed."""
    return point_value(tpr_at_fpr_weighted(fpr), positive, value)


def ece(genuine: BoolArray, p: FloatArray, bins: int = 10) -> float:
    """Expected calibration error: |predicted − true| over equal-width bins of authenticity, weighted by their share."""
    return point_value(ece_weighted(bins), genuine, p)


def brier(genuine: BoolArray, p: FloatArray) -> float:
    """Mean squared difference of authenticity and truth (1 genuine, 0 counterfeit)."""
    return point_value(brier_weighted, genuine, p)


def ece_if_perfect(p: FloatArray, *, rounds: int = 500, seed: int = 0) -> float:
    """95th percentile of the ECE of labels drawn with exactly these probabilities."""
    if not len(p):
        return float("nan")
    rng = np.random.default_rng(seed)
    return float(np.percentile([ece(rng.random(len(p)) < p, p) for _ in range(rounds)], 95))


def point_value(figure: WeightedFigure, target: BoolArray, value: FloatArray) -> float:
    """The figure of all items, each counted once."""
    if not len(value):
        return float("nan")
    return float(figure(target, value, np.ones((1, len(value))))[0])


def auroc_weighted(positive: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
    order, starts = _ascending_ties(value)
    sorted_weight = weight[:, order]  # [R, N]
    of_positive = np.add.reduceat(sorted_weight * positive[order], starts, axis=1)  # [R, U], U distinct values
    of_negative = np.add.reduceat(sorted_weight * ~positive[order], starts, axis=1)  # [R, U]
    below = np.cumsum(of_negative, axis=1) - of_negative / 2  # negatives under each value, ties half
    pairs = of_positive.sum(axis=1) * of_negative.sum(axis=1)  # [R]
    return _divide((of_positive * below).sum(axis=1), pairs)


def average_precision_weighted(positive: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
    order, starts = _ascending_ties(-value)
    sorted_weight = weight[:, order]  # [R, N], most suspicious first
    hits = np.add.reduceat(sorted_weight * positive[order], starts, axis=1)  # [R, U], U distinct values
    flagged = np.cumsum(np.add.reduceat(sorted_weight, starts, axis=1), axis=1)
    precision = np.divide(np.cumsum(hits, axis=1), flagged, out=np.zeros_like(flagged), where=flagged > 0)
    return _divide((precision * hits).sum(axis=1), hits.sum(axis=1))


def tpr_at_fpr_weighted(fpr: float) -> WeightedFigure:
    """The figure TPR at `fpr`: the threshold is the ⌊fpr·n⌋-th largest of the n genuine values, counted from 0."""

    def tpr(positive: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
        order = np.argsort(-value, kind="stable")
        genuine = weight[:, order] * ~positive[order]  # [R, N], most suspicious first
        n = genuine.sum(axis=1)
        rank = np.minimum(np.floor(fpr * n), n - 1)  # [R]
        at = np.argmax(np.cumsum(genuine, axis=1) > rank[:, None], axis=1)  # [R], the index of the threshold
        above = value[None, :] > value[order][at][:, None]  # [R, N]
        found = (weight * (positive & above)).sum(axis=1)
        total = (weight * positive).sum(axis=1)
        return np.where(n > 0, _divide(found, total), np.nan)

    return tpr


def ece_weighted(bins: int = 10) -> WeightedFigure:
    """The figure ECE over `bins` equal-width bins."""

    def error(genuine: BoolArray, p: FloatArray, weight: FloatArray) -> FloatArray:
        member = np.minimum((p * bins).astype(np.int64), bins - 1)[:, None] == np.arange(bins)  # [N, B]
        excess = weight @ (member * (p - genuine)[:, None])  # [R, B], predicted less true, summed
        return _divide(np.abs(excess).sum(axis=1), weight.sum(axis=1))

    return error


def brier_weighted(genuine: BoolArray, p: FloatArray, weight: FloatArray) -> FloatArray:
    return _divide(weight @ (p - genuine) ** 2, weight.sum(axis=1))


def roc_curve(positive: BoolArray, value: FloatArray) -> Curve:
    """False-positive rate (x) against true-positive rate (y), from (0, 0) to (1, 1), a point each distinct value."""
    threshold, hits, alarms = _flagged_at(positive, value)
    fpr = _divide(alarms, np.full_like(alarms, (~positive).sum()))
    tpr = _divide(hits, np.full_like(hits, positive.sum()))
    return Curve(x=np.append(0.0, fpr), y=np.append(0.0, tpr), threshold=np.append(np.inf, threshold))


def precision_recall_curve(positive: BoolArray, value: FloatArray) -> Curve:
    """Recall (x) against precision (y), most suspicious first, a point each distinct value."""
    threshold, hits, alarms = _flagged_at(positive, value)
    recall = _divide(hits, np.full_like(hits, positive.sum()))
    return Curve(x=recall, y=hits / (hits + alarms), threshold=threshold)


def reliability(genuine: BoolArray, p: FloatArray, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """The bins of a reliability plot that hold anything, from low to high authenticity."""
    member = np.minimum((p * bins).astype(np.int64), bins - 1)
    return tuple(_reliability_bin(genuine[member == b], p[member == b]) for b in np.unique(member))


def _reliability_bin(genuine: BoolArray, p: FloatArray) -> ReliabilityBin:
    return ReliabilityBin(p_mean=float(p.mean()), genuine=proportion(int(genuine.sum()), len(p)))


def _ascending_ties(value: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order that sorts `value`, and where each run of equal values starts in it."""
    order = np.argsort(value, kind="stable")
    inner = np.flatnonzero(np.diff(value[order]) != 0) + 1
    return order, np.append(0, inner).astype(np.intp)


def _flagged_at(positive: BoolArray, value: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Distinct values from the most suspicious on, and the counterfeit and genuine items at or above each."""
    if not len(value):
        return np.empty(0), np.empty(0), np.empty(0)
    order, starts = _ascending_ties(-value)
    hits = np.cumsum(np.add.reduceat(positive[order].astype(np.float64), starts))
    alarms = np.cumsum(np.add.reduceat((~positive[order]).astype(np.float64), starts))
    return value[order][starts], hits, alarms


def _divide(above: FloatArray, below: FloatArray) -> FloatArray:
    result = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result
