"""The statistics of drift: one measure of a window of checks against that of the bundle's validation sample.

The two samples are independent. Reference rows may have weights, where the share of counterfeits differs from that of
the validation; their number is then Kish's effective sample size.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

BINS = 10
_SMOOTHING = 0.5  # rows added to each bin, so that the logarithm of an empty bin is finite
_ROUNDING = 1e-9  # cumulated weights may differ from their exact sum by this
_TERMS = 100  # of Kolmogorov's series; more are needed only where the p-value is 1


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """One measure of the validation sample: values ascending [M] and their weights, which sum to 1."""

    values: NDArray[np.float64]
    weights: NDArray[np.float64]

    @property
    def effective_rows(self) -> float:
        """Kish's effective sample size."""
        return float(1 / (self.weights**2).sum())

    def share_up_to(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """The empirical distribution function: the weight of the values up to each of `at`."""
        below = np.concatenate([[0.0], np.cumsum(self.weights)])
        return np.asarray(below[np.searchsorted(self.values, at, side="right")])

    def edges(self) -> NDArray[np.float64]:
        """The inner edges of up to ten bins of equal weight: fewer where values repeat. [B - 1]"""
        wanted = np.arange(1, BINS) / BINS
        reached = np.searchsorted(np.cumsum(self.weights), wanted - _ROUNDING).clip(max=len(self.values) - 1)
        return np.unique(self.values[reached])


def make_reference(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Reference:
    """A reference of the rows that have a value and a weight."""
    known = ~np.isnan(values) & (weights > 0)
    order = np.argsort(values[known])
    return Reference(values[known][order], weights[known][order] / weights[known].sum())


def bin_shares(reference: Reference, window: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The shares of reference and window in the reference's bins, each [B]."""
    edges = reference.edges()
    of_reference = np.diff(np.concatenate([[0.0], reference.share_up_to(edges), [1.0]]))
    counts = np.bincount(np.searchsorted(edges, window, side="left"), minlength=len(edges) + 1)
    return of_reference, counts / len(window)


def population_stability_index(reference: Reference, window: NDArray[np.float64]) -> float:
    """PSI over the reference's bins, natural logarithm: 0 for equal shares; by custom 0.1 is some and 0.25 much."""
    expected, found = (
        _smoothed(shares, rows)
        for shares, rows in zip(
            bin_shares(reference, window), (reference.effective_rows, float(len(window))), strict=True
        )
    )
    return float(((found - expected) * np.log(found / expected)).sum())


def expected_index(reference: Reference, window_rows: int) -> float:
    """The expected PSI of two samples of one population: (B - 1) (1 / m + 1 / n)."""
    return len(reference.edges()) * (1 / reference.effective_rows + 1 / window_rows)


def kolmogorov_smirnov_p(reference: Reference, window: NDArray[np.float64]) -> float:
    """The p-value of the two-sample Kolmogorov-Smirnov test.

    By Kolmogorov's limiting distribution with Stephens' correction for finite samples (Numerical Recipes, 14.3.3).
    Ties make it conservative, so they raise no false alarm.
    """
    window = np.sort(window)
    at = np.concatenate([reference.values, window])
    distance = np.abs(reference.share_up_to(at) - np.searchsorted(window, at, side="right") / len(window)).max()
    rows = reference.effective_rows * len(window) / (reference.effective_rows + len(window))
    root = math.sqrt(rows)
    return _kolmogorov_tail((root + 0.12 + 0.11 / root) * float(distance))


def _kolmogorov_tail(value: float) -> float:
    if value < 0.2:
        return 1.0  # the series converges slowly here, and 1 is correct to 12 digits
    terms = (2.0 * (1 if k % 2 else -1) * math.exp(-2 * (k * value) ** 2) for k in range(1, _TERMS))
    return min(1.0, max(0.0, sum(terms)))


def _smoothed(shares: NDArray[np.float64], rows: float) -> NDArray[np.float64]:
    return np.asarray((shares * rows + _SMOOTHING) / (rows + _SMOOTHING * len(shares)))
