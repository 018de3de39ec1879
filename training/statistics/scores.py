"""Figures of a binary judgement, and their bootstrap intervals over listings.

The positive class is `counterfeit` everywhere, and a value is a suspicion: larger means more likely counterfeit
(−logit or 1 − authenticity). Only `ece`, `brier` and `reliability` speak of authenticity: their class is `genuine`.

Each figure has one definition, weighted: `target` [N] bool, `value` [N] float, `weight` [R, N] float give [R] figures,
one for each row of weights. A plain figure is one row of ones; a bootstrap is R rows of how often each item was drawn.
NaN means undefined: a class is missing, or nothing was judged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vision.binomial import wilson_bounds

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
WeightedFigure = Callable[[BoolArray, FloatArray, FloatArray], FloatArray]

_MAX_WEIGHTS = 100_000  # of a chunk of bootstrap rounds: 0.8 MB, which stays in a core's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The 95 % interval of a figure; NaN on both ends where the figure is undefined."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Second answer's figure less the first's on the same listings, with its paired 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points of a curve, float64 [K] each; items at or above `threshold` (a suspicion) count as flagged."""

    x: FloatArray
    y: FloatArray
    threshold: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """One bin of authenticity: what was said on average, and which share was genuine, with its Wilson interval."""

    n: int
    p_mean: float
    genuine_share: float
    low: float
    high: float


def auroc(positive: BoolArray, value: FloatArray) -> float:
    """Probability that a counterfeit's value is above a genuine one's, ties counted half."""
    return _plain(auroc_weighted, positive, value)


def average_precision(positive: BoolArray, value: FloatArray) -> float:
    """Precision at each counterfeit's rank, averaged; ties share one rank (as scikit-learn defines it)."""
    return _plain(average_precision_weighted, positive, value)


def tpr_at_fpr(positive: BoolArray, value: FloatArray, fpr: float) -> float:
    """Share of counterfeits above the value that at most `fpr` of the genuine ones exceed."""
    return _plain(tpr_at_fpr_weighted(fpr), positive, value)


def ece(genuine: BoolArray, p: FloatArray, bins: int = 10) -> float:
    """Expected calibration error: |said − true| over equal-width bins of authenticity, weighted by their share."""
    return _plain(ece_weighted(bins), genuine, p)


def brier(genuine: BoolArray, p: FloatArray) -> float:
    """Mean squared difference of authenticity and truth (1 genuine, 0 counterfeit)."""
    return _plain(brier_weighted, genuine, p)


def ece_if_perfect(p: FloatArray, *, rounds: int = 500, seed: int = 0) -> float:
    """95th percentile of the ECE that answers with exactly these probabilities would show by chance."""
    if not len(p):
        return float("nan")
    rng = np.random.default_rng(seed)
    return float(np.percentile([ece(rng.random(len(p)) < p, p) for _ in range(rounds)], 95))


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
        at = np.argmax(np.cumsum(genuine, axis=1) > rank[:, None], axis=1)  # [R], where the threshold lies
        above = value[None, :] > value[order][at][:, None]  # [R, N]
        found = (weight * (positive & above)).sum(axis=1)
        total = (weight * positive).sum(axis=1)
        return np.where(n > 0, _divide(found, total), np.nan)

    return tpr


def ece_weighted(bins: int = 10) -> WeightedFigure:
    """The figure ECE over `bins` equal-width bins."""

    def error(genuine: BoolArray, p: FloatArray, weight: FloatArray) -> FloatArray:
        member = np.minimum((p * bins).astype(np.int64), bins - 1)[:, None] == np.arange(bins)  # [N, B]
        excess = weight @ (member * (p - genuine)[:, None])  # [R, B], said less true, summed
        return _divide(np.abs(excess).sum(axis=1), weight.sum(axis=1))

    return error


def brier_weighted(genuine: BoolArray, p: FloatArray, weight: FloatArray) -> FloatArray:
    return _divide(weight @ (p - genuine) ** 2, weight.sum(axis=1))


def bootstrap_interval(
    figure: WeightedFigure,
    target: BoolArray,
    value: FloatArray,
    group: NDArray[Any] | None = None,
    *,
    rounds: int = 2000,
    seed: int = 0,
) -> Interval:
    """95 % percentile interval over whole groups: `group` [N] names each item's listing; None: items are listings."""
    if not len(value):
        return Interval(low=float("nan"), high=float("nan"))
    draws = [figure(target, value, weight) for weight in _drawn_weights(len(value), group, rounds, seed)]
    return _percentiles(np.concatenate(draws))


def paired_bootstrap(
    figure: WeightedFigure,
    target: BoolArray,
    first: FloatArray,
    second: FloatArray,
    group: NDArray[Any] | None = None,
    *,
    figure_of_second: WeightedFigure | None = None,
    rounds: int = 2000,
    seed: int = 0,
) -> Difference:
    """Figure of `second` less that of `first` (values of the same items, in one order), both drawn alike each round.

    `figure_of_second` is for a figure that depends on who answered, such as a mean over each one's own folds.
    """
    of_second = figure_of_second or figure
    if len(first) != len(second):
        raise ValueError(f"paired answers need the same items: got {len(first)} and {len(second)}")
    if not len(first):
        return Difference(value=float("nan"), low=float("nan"), high=float("nan"))
    draws = [
        of_second(target, second, weight) - figure(target, first, weight)
        for weight in _drawn_weights(len(first), group, rounds, seed)
    ]
    interval = _percentiles(np.concatenate(draws))
    value = _plain(of_second, target, second) - _plain(figure, target, first)
    return Difference(value=value, low=interval.low, high=interval.high)


def wilson_interval(hits: int, n: int) -> Interval:
    """Wilson's 95 % interval of a share: unlike the bootstrap it doesn't shrink to a point at 0 or n hits."""
    if not n:
        return Interval(low=float("nan"), high=float("nan"))
    low, high = wilson_bounds(hits, n)
    return Interval(low=low, high=high)


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
    n, hits = len(p), int(genuine.sum())
    interval = wilson_interval(hits, n)
    return ReliabilityBin(n=n, p_mean=float(p.mean()), genuine_share=hits / n, low=interval.low, high=interval.high)


def _plain(figure: WeightedFigure, target: BoolArray, value: FloatArray) -> float:
    if not len(value):
        return float("nan")
    return float(figure(target, value, np.ones((1, len(value))))[0])


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


def _drawn_weights(n: int, group: NDArray[Any] | None, rounds: int, seed: int) -> Iterator[FloatArray]:
    """Chunks [r, N] of how often each item was drawn when its group was drawn with replacement."""
    member = np.arange(n) if group is None else np.unique(group, return_inverse=True)[1].reshape(-1)
    groups = int(member.max()) + 1
    rng = np.random.default_rng(seed)
    chunk = max(1, _MAX_WEIGHTS // n)
    for start in range(0, rounds, chunk):
        r = min(chunk, rounds - start)
        drawn = rng.integers(0, groups, (r, groups)) + groups * np.arange(r)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=r * groups).reshape(r, groups)
        yield counts[:, member].astype(np.float64)


def _percentiles(draws: FloatArray) -> Interval:
    defined = draws[~np.isnan(draws)]
    if not len(defined):
        return Interval(low=float("nan"), high=float("nan"))
    low, high = np.percentile(defined, (2.5, 97.5))
    return Interval(low=float(low), high=float(high))
