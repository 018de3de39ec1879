"""Numbers and promises as people read them: nothing is called guaranteed that isn't."""

import math

import pytest

from training.calibrate import NEVER
from training.figures import Figure, share
from training.thresholds import threshold_words
from training.wording import interval, number, percent, promise
from vision.bundle import Calibration, ErrorBound, GraphRecord, ListingCalibration, Thresholds


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
    assert said(bound(n=0, upper=1.0, guaranteed=False)).startswith("Nothing is known")


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


def test_the_fallback_comes_last_and_an_unreachable_threshold_is_called_never() -> None:
    graph = GraphRecord(
        file="model.onnx",
        precision="fp32",
        photo_calibration=Calibration(slope=1),
        listing_calibrations=(ListingCalibration(min_photos=1, calibration=Calibration(slope=1)),),
        counterfeit_share={"*": 0.5},
        thresholds={"*": thresholds(bound(), below=-NEVER), "toy": thresholds(bound())},
        self_test_logits=(0.0,) * 8,
        parity=0.0,
    )
    toy, fallback = threshold_words(graph, "verified")
    assert (toy.name, toy.below, toy.above) == ("toy", "-1.00", "1.00")
    assert (fallback.name, fallback.below) == ("any other product", "never")
