"""The expected precision of a `counterfeit` verdict at other shares of counterfeits than the test set's."""

from dataclasses import dataclass

from training.evaluation.figures import Figures
from training.statistics.estimate import Proportion, proportion

COUNTERFEIT_SHARES = (0.5, 0.1, 0.01, 0.001)
_LISTINGS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPrecision:
    """The share of flagged listings that are counterfeits, where `counterfeit_share` of all listings are.

    `low` and `high` take each measured share's less and more favourable end of its 95 % interval together. `flagged`,
    `found` (flagged counterfeits) and `passed` (counterfeits called genuine) are of 10,000 listings. `tpr` is the share
    of counterfeits that were flagged.
    """

    counterfeit_share: float
    precision: float
    low: float
    high: float
    flagged: float
    found: float
    passed: float
    tpr: Proportion


def expected_precision(figures: Figures) -> tuple[ExpectedPrecision, ...]:
    """At 50 %, 10 %, 1 % and 0.1 % counterfeits; nothing where a label was missing or nothing was flagged."""
    outcomes = figures.outcomes["counterfeit"]
    tpr = proportion(outcomes.get("counterfeit", 0), sum(outcomes.values()))
    fpr, passed = figures.genuine_flagged, figures.counterfeit_passed
    if not tpr.n or not fpr.n or not tpr.hits + fpr.hits:
        return ()
    return tuple(
        ExpectedPrecision(
            counterfeit_share=s,
            precision=precision_at(s, tpr=tpr.value, fpr=fpr.value),
            low=precision_at(s, tpr=tpr.low, fpr=fpr.high),
            high=precision_at(s, tpr=tpr.high, fpr=fpr.low),
            flagged=_LISTINGS * (s * tpr.value + (1 - s) * fpr.value),
            found=_LISTINGS * s * tpr.value,
            passed=_LISTINGS * s * passed.value,
            tpr=tpr,
        )
        for s in COUNTERFEIT_SHARES
    )


def precision_at(counterfeit_share: float, *, tpr: float, fpr: float) -> float:
    """Bayes' rule: of all flagged, the share that is counterfeit. Something must be flagged: tpr or fpr above 0."""
    found = counterfeit_share * tpr
    return found / (found + (1 - counterfeit_share) * fpr)
