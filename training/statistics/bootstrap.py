"""Means over photos or listings, with 95 % intervals from a bootstrap over listings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.statistics import scores as metrics
from training.statistics.estimate import Figure
from training.statistics.scores import BoolArray, FloatArray


def mean_of(values: Sequence[float], listings: Sequence[str]) -> Figure:
    """The mean of the values [N]; `listings` [N] names each one's listing, which is drawn whole."""
    value, group = _arrays(values, listings)
    found = metrics.bootstrap_interval(_mean, np.ones(len(value), np.bool_), value, group)
    return Figure(value=float(value.mean()) if len(value) else float("nan"), low=found.low, high=found.high)


def mean_difference(first: Sequence[float], second: Sequence[float], listings: Sequence[str]) -> Figure:
    """The mean of `first` less that of `second`, values [N] of the same items in the same order."""
    return mean_of([a - b for a, b in zip(first, second, strict=True)], listings)


def _arrays(values: Sequence[float], listings: Sequence[str]) -> tuple[FloatArray, NDArray[np.str_]]:
    if len(values) != len(listings):
        raise ValueError(f"{len(values)} values of {len(listings)} listings: give each value's listing")
    return np.array(values, np.float64), np.array(listings, np.str_)


def _mean(_: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
    return np.asarray(weight @ value / weight.sum(axis=1), np.float64)
