"""Numbers and remarks in words: nothing is called guaranteed that isn't."""

import math

import numpy as np
import pytest

from training.html.wording import interval, limit_remarks, number, percent, percents
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.estimate import Estimate, proportion
from training.statistics.scores import auroc_weighted
from vision.bundle.metadata import ErrorBound, Thresholds


def bound(*, n: int = 400, upper: float = 0.049, guaranteed: bool = True) -> ErrorBound:
    return ErrorBound(limit=0.05, n=n, errors=0, upper=upper, guaranteed=guaranteed)


def thresholds(flagged: ErrorBound, source: str = "held_out", below: float = -1.0) -> Thresholds:
    return Thresholds(
        counterfeit_below=below,
        genuine_above=1.0,
        genuine_flagged=flagged,
        counterfeit_passed=flagged,
        source=source,  # type: ignore[arg-type]
    )


def remarks(flagged: ErrorBound, source: str = "held_out", kind: str = "verified") -> tuple[str, ...]:
    return limit_remarks(flagged, thresholds(flagged, source), kind)  # type: ignore[arg-type]


def test_a_guarantee_on_verified_labels_needs_no_remark() -> None:
    assert remarks(bound()) == ()


def test_on_weak_labels_a_limit_is_relative_to_them() -> None:
    assert remarks(bound(), kind="weak") == ("relative to the weak labels",)
    assert remarks(bound(), kind="rendered") == ("on rendered photos",)


def test_too_few_listings_are_remarked_with_the_number_needed() -> None:
    assert remarks(bound(n=40, upper=0.17, guaranteed=False)) == ("needs 72 or more held-out listings",)


def test_a_cross_fitted_limit_names_its_source() -> None:
    few = bound(n=40, upper=0.17, guaranteed=False)
    assert remarks(few, source="out_of_fold", kind="weak") == (
        "relative to the weak labels",
        "cross-fitted by other networks",
        "needs 72 or more held-out listings",
    )


def test_a_class_that_was_not_there_rests_on_nothing() -> None:
    assert remarks(bound(n=0, upper=1.0, guaranteed=False), kind="weak") == ("needs 72 or more held-out listings",)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "5 %"), (0.049, "4.9 %"), (0.5, "50 %"), (0.999, "99.9 %"), (0.0, "0 %"), (1.0, "100 %"), (math.nan, "–")],
)
def test_percents_keep_a_decimal_only_near_the_ends(value: float, text: str) -> None:
    assert percent(value).replace("\u00a0", " ") == text


def test_a_perfect_figure_of_a_few_listings_is_not_shown_with_an_interval_of_no_width() -> None:
    perfect = bootstrap_estimate(auroc_weighted, np.array([True, True, False, False]), np.array([4.0, 3.0, 2.0, 1.0]))
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    assert interval(perfect) == percents(perfect) == "no interval"
    assert interval(proportion(4, 4)) != interval(perfect), "Wilson's interval of shares has a width"


def test_what_is_undefined_is_a_dash_without_an_interval() -> None:
    nothing = Estimate(value=math.nan, low=math.nan, high=math.nan)
    assert (number(nothing.value), interval(nothing)) == ("–", "")
    assert interval(proportion(0, 0)) == ""
