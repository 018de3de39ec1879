"""A balanced accuracy of 99.7 % is a precision of 25 % where one listing in a thousand is a counterfeit."""

import pytest

from training.evaluation.expected_precision import expected_precision, precision_at
from training.evaluation.figures import Figures, measure
from training.evaluation.predictions import ListingPrediction
from training.statistics.estimate import proportion
from vision.verdict import Outcome


def predictions(label: str, **outcomes: int) -> list[ListingPrediction]:
    return [
        ListingPrediction(
            listing=f"{label}-{outcome}-{n}",
            label=label,  # type: ignore[arg-type]
            product="toy",
            photo_count=1,
            logit=0.0,
            authenticity=0.5,
            outcome=_outcome(outcome),
        )
        for outcome, count in outcomes.items()
        for n in range(count)
    ]


def _outcome(name: str) -> Outcome:
    return name  # type: ignore[return-value]


def figures(*listings: list[ListingPrediction]) -> Figures:
    return measure([one for some in listings for one in some], [], rounds=2)


def test_the_trap_of_the_rare_class_is_worked_by_hand() -> None:
    # 0.001 * 0.997 = 0.000997 found against 0.999 * 0.003 = 0.002997 flagged in vain
    assert precision_at(0.001, tpr=0.997, fpr=0.003) == pytest.approx(0.2496, abs=1e-4)
    assert precision_at(0.5, tpr=0.997, fpr=0.003) == pytest.approx(0.997)


def test_each_share_of_counterfeits_has_its_precision_and_what_is_flagged() -> None:
    rows = expected_precision(
        figures(
            predictions("genuine", genuine=90, counterfeit=2, review=8),
            predictions("counterfeit", counterfeit=40, genuine=10),
        )
    )
    assert [row.counterfeit_share for row in rows] == [0.5, 0.1, 0.01, 0.001]
    rare = rows[2]  # 1 %: 100 of 10,000 are counterfeits; TPR 0.8, FPR 0.02
    assert (rare.found, rare.flagged, rare.passed) == pytest.approx((80, 80 + 198, 20))
    assert rare.precision == pytest.approx(80 / 278)
    assert (rare.tpr.hits, rare.tpr.n) == (40, 50)


def test_the_interval_takes_both_shares_at_their_worse_and_their_better_ends() -> None:
    (row, *_) = expected_precision(
        figures(
            predictions("genuine", genuine=98, counterfeit=2), predictions("counterfeit", counterfeit=40, review=10)
        )
    )
    tpr, fpr = proportion(40, 50), proportion(2, 100)
    assert row.low == pytest.approx(tpr.low / (tpr.low + fpr.high))
    assert row.high == pytest.approx(tpr.high / (tpr.high + fpr.low))
    assert row.low < row.precision < row.high


def test_without_a_label_or_a_flag_there_is_nothing_to_expect() -> None:
    assert expected_precision(figures(predictions("genuine", genuine=3, counterfeit=1))) == ()
    assert expected_precision(figures(predictions("genuine", genuine=3), predictions("counterfeit", review=3))) == ()
