"""Precision, recall and prevalence in production, from test buys weighted by how each was drawn.

A stratum's total of counterfeits is estimated by its size times the share that was counterfeit among its examined
purchases: the Horvitz-Thompson estimate of a stratified sample, unbiased whatever the verdicts are worth. Precision is
the flagged total over the number of flagged listings, which is known, and so unbiased as well. Recall is the flagged
total over the total, a ratio of two estimates, and nearly unbiased. Purchases that came to
nothing are taken to be like those of their stratum that were examined; `Bounds` say what follows where they are not.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serving.test_buys.interval import Findings, draw_counterfeits
from serving.test_buys.strata import Stratum

_TAILS: Final = (0.025, 0.975)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StratumResult:
    """A stratum with what became of its purchases; `missing` ended without an outcome, `waiting` have none yet."""

    stratum: Stratum
    genuine: int
    counterfeit: int
    missing: int
    waiting: int

    @property
    def examined(self) -> int:
        """How many purchases have an outcome."""
        return self.genuine + self.counterfeit

    @property
    def unknown(self) -> int:
        """How many purchases have none, or none yet."""
        return self.missing + self.waiting


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share with its 95 % interval, and its lowest and highest value over all that missing purchases may have been.

    `share` and the bounds are None where nothing was found that they could be made of; the interval is then 0 to 1.
    """

    share: float | None
    low: float
    high: float
    lowest: float | None
    highest: float | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """The estimates of a frame, or of several frames together."""

    precision: Estimate
    recall: Estimate
    prevalence: Estimate


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Totals:
    """Counterfeits among the flagged listings and among all others; None where nothing of a group was examined."""

    flagged: float | None
    others: float | None

    @property
    def all(self) -> float | None:
        return None if self.flagged is None or self.others is None else self.flagged + self.others


def estimate(results: Sequence[StratumResult], seed: str) -> Estimates:
    """Estimate from all strata of one or several plans; the same results and seed give the same intervals."""
    flagged = [one for one in results if one.stratum.group == "flagged"]
    others = [one for one in results if one.stratum.group != "flagged"]
    size, flagged_size = _size_of(results), _size_of(flagged)
    found, if_genuine, if_counterfeit = (
        _Totals(flagged=_total(flagged, share_of), others=_total(others, share_of))
        for share_of in (_share_examined, _share_if_genuine, _share_if_counterfeit)
    )
    held = _draw(results, seed)
    is_flagged = np.array([one.stratum.group == "flagged" for one in results], dtype=bool)
    held_flagged, held_all = held[:, is_flagged].sum(axis=1), held.sum(axis=1)
    return Estimates(
        precision=_estimate(
            _ratio(found.flagged, flagged_size),
            _ratio(if_genuine.flagged, flagged_size),
            _ratio(if_counterfeit.flagged, flagged_size),
            _limits(held_flagged, np.full_like(held_flagged, flagged_size)),
            may_be_none=_none_counterfeit(flagged),
            may_be_all=_none_genuine(flagged),
        ),
        recall=_estimate(
            _ratio(found.flagged, found.all),
            _ratio(if_genuine.flagged, _Totals(flagged=if_genuine.flagged, others=if_counterfeit.others).all),
            _ratio(if_counterfeit.flagged, _Totals(flagged=if_counterfeit.flagged, others=if_genuine.others).all),
            _limits(held_flagged, held_all),
            may_be_none=_none_counterfeit(flagged),
            may_be_all=_none_counterfeit(others),
        ),
        prevalence=_estimate(
            _ratio(found.all, size),
            _ratio(if_genuine.all, size),
            _ratio(if_counterfeit.all, size),
            _limits(held_all, np.full_like(held_all, size)),
            may_be_none=_none_counterfeit(results),
            may_be_all=_none_genuine(results),
        ),
    )


def _estimate(
    share: float | None,
    lowest: float | None,
    highest: float | None,
    limits: tuple[float, float],
    *,
    may_be_none: bool,
    may_be_all: bool,
) -> Estimate:
    """Put an estimate together; where no finding speaks against an end, that end is in the interval."""
    low, high = (0.0 if may_be_none else limits[0]), (1.0 if may_be_all else limits[1])
    if share is not None:
        low, high = min(low, share), max(high, share)
    return Estimate(share=share, low=low, high=high, lowest=lowest, highest=highest)


def _size_of(results: Sequence[StratumResult]) -> int:
    return sum(one.stratum.size for one in results)


def _total(results: Sequence[StratumResult], share_of: Callable[[StratumResult], float]) -> float | None:
    """Give the counterfeits of strata; one without an outcome takes the share of the nearest one of its group."""
    total = 0.0
    for one in results:
        known = [other for other in results if other.stratum.group == one.stratum.group and other.examined]
        if not known:
            return None
        at = one.stratum.suspicion
        nearest = one if one.examined else min(known, key=lambda other: abs(other.stratum.suspicion - at))
        total += one.stratum.size * share_of(nearest)
    return total


def _share_examined(one: StratumResult) -> float:
    return one.counterfeit / one.examined


def _share_if_genuine(one: StratumResult) -> float:
    return one.counterfeit / (one.examined + one.unknown)


def _share_if_counterfeit(one: StratumResult) -> float:
    return (one.counterfeit + one.unknown) / (one.examined + one.unknown)


def _ratio(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def _none_counterfeit(results: Sequence[StratumResult]) -> bool:
    return not any(one.counterfeit for one in results)


def _none_genuine(results: Sequence[StratumResult]) -> bool:
    return not any(one.genuine for one in results)


def _draw(results: Sequence[StratumResult], seed: str) -> NDArray[np.int64]:
    findings = [
        Findings(
            size=one.stratum.size,
            suspicion=one.stratum.suspicion,
            examined=one.examined,
            counterfeit=one.counterfeit,
        )
        for one in results
    ]
    return draw_counterfeits(findings, int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))


def _limits(part: NDArray[np.int64], whole: NDArray[np.int64]) -> tuple[float, float]:
    """Give the limits of part / whole over the draws in which there is a whole; 0 to 1 where there is none."""
    some = whole > 0
    if not some.any():
        return 0.0, 1.0
    low, high = np.quantile(part[some] / whole[some], _TAILS)
    return float(low), float(high)
