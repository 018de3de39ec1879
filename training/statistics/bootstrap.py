"""Figures with 95 % intervals from a bootstrap over listings: of one model, of two paired ones, and of a mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.statistics.estimate import UNDEFINED, Estimate
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure, point_value

_MAX_WEIGHTS = 100_000  # of a chunk of bootstrap rounds: 0.8 MB, which stays in a core's cache


def bootstrap_estimate(
    figure: WeightedFigure,
    target: BoolArray,
    value: FloatArray,
    group: NDArray[Any] | None = None,
    *,
    rounds: int = 2000,
    seed: int = 0,
) -> Estimate:
    """The figure with its percentile interval over whole groups.

    `group` [N] names each item's listing; None: the items are listings.
    """
    if not len(value):
        return UNDEFINED
    draws = [figure(target, value, weight) for weight in _drawn_weights(len(value), group, rounds, seed)]
    return _estimate(point_value(figure, target, value), draws)


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
) -> Estimate:
    """Figure of `second` minus that of `first` (values of the same items, in one order), both drawn alike each round.

    `figure_of_second` is for a figure that depends on the model, such as a mean over each one's own folds.
    """
    of_second = figure_of_second or figure
    if len(first) != len(second):
        raise ValueError(f"paired values need the same items: got {len(first)} and {len(second)}")
    if not len(first):
        return UNDEFINED
    draws = [
        of_second(target, second, weight) - figure(target, first, weight)
        for weight in _drawn_weights(len(first), group, rounds, seed)
    ]
    return _estimate(point_value(of_second, target, second) - point_value(figure, target, first), draws)


def bootstrap_mean(values: Sequence[float], listings: Sequence[str]) -> Estimate:
    """The mean of the values [N]; `listings` [N] names each one's listing, which is drawn whole."""
    if len(values) != len(listings):
        raise ValueError(f"{len(values)} values of {len(listings)} listings: give each value's listing")
    ignored = np.ones(len(values), np.bool_)
    return bootstrap_estimate(weighted_mean, ignored, np.array(values, np.float64), np.array(listings, np.str_))


def bootstrap_mean_difference(first: Sequence[float], second: Sequence[float], listings: Sequence[str]) -> Estimate:
    """The mean of `first` minus that of `second`, values [N] of the same items in the same order."""
    return bootstrap_mean([a - b for a, b in zip(first, second, strict=True)], listings)


def weighted_mean(_: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
    """The mean of the values [N] under each row of weights [R, N]; the first argument, the target, is ignored."""
    return np.asarray(weight @ value / weight.sum(axis=1), np.float64)


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


def _estimate(value: float, draws: Sequence[FloatArray]) -> Estimate:
    """The value with the percentiles of those draws in which it is defined."""
    found = np.concatenate(draws)
    defined = found[~np.isnan(found)]
    if not len(defined):
        return Estimate(value=value, low=math.nan, high=math.nan)
    low, high = np.percentile(defined, (2.5, 97.5))
    return Estimate(value=value, low=float(low), high=float(high))
