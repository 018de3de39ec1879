"""Numbers and promises as people read them: nothing is called guaranteed that isn't."""

import math

import pytest

from training.figures import Figure, share
from training.wording import interval, number, percent, promise
from vision.bundle import ErrorBound, Thresholds


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


def said(flagged: ErrorBound, source: str = "held_out", kind: str = "verified") -> str:
    return promise(flagged, thresholds(flagged, source), kind).replace("\u00a0", " ")  # type: ignore[arg-type]


def test_a_guarantee_names_its_confidence_and_its_listings() -> None:
    assert said(bound()) == "Guaranteed: at most 5 %, with 97.5 % confidence, from 400 held-out listings."


def test_on_weak_labels_a_guarantee_is_relative_to_them() -> None:
    assert said(bound(), kind="weak").endswith("held-out listings, relative to the weak labels.")


def test_too_few_listings_are_said_with_the_number_needed() -> None:
    words = said(bound(n=40, upper=0.17, guaranteed=False))
    assert words.startswith("An estimate, aimed at 5 %")
    assert "40 listings bound it by 17 % only (at least 72 are needed)" in words


def test_out_of_fold_thresholds_are_called_an_estimate_and_why() -> None:
    words = said(bound(guaranteed=False), source="out_of_fold")
    assert "Guaranteed" not in words
    assert "networks other than the one that ships" in words


def test_a_class_that_was_not_there_is_not_bounded() -> None:
    assert said(bound(n=0, upper=1.0, guaranteed=False)).startswith("Never said: no listing of this class")


def test_a_threshold_that_nothing_passes_says_that_a_person_decides_and_why() -> None:
    few = bound(n=40, upper=0.17, guaranteed=False)
    words = promise(few, thresholds(few), "weak", never=True).replace("\u00a0", " ")
    assert words.startswith("Never said, so that a person decides, since 5 % isn't guaranteed: 40 listings bound it")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "5 %"), (0.049, "4.9 %"), (0.5, "50 %"), (0.999, "99.9 %"), (0.0, "0 %"), (1.0, "100 %"), (math.nan, "–")],
)
def test_percents_keep_a_decimal_only_near_the_ends(value: float, text: str) -> None:
    assert percent(value).replace("\u00a0", " ") == text


def test_what_is_undefined_is_a_dash_without_an_interval() -> None:
    nothing = Figure(value=math.nan, low=math.nan, high=math.nan)
    assert (number(nothing.value), interval(nothing)) == ("–", "")
    assert interval(share(0, 0)) == ""
