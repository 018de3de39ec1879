"""What a bundle states of its own errors, and on which listings."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from vision.bundle.measured import read_measured
from vision.errors import BundleError

SHARE = {"value": 0.1, "low": 0.02, "high": 0.4, "hits": 1, "n": 10}
FIGURES = {
    "listing": {
        "genuine": 10,
        "counterfeit": 10,
        "auroc": {"value": 0.9, "low": 0.8, "high": 0.95},
        "brier": {"value": 0.1, "low": 0.05, "high": 0.2},
    },
    "coverage": {"value": 0.6, "low": 0.4, "high": 0.8, "hits": 12, "n": 20},
    "genuine_flagged": SHARE,
    "counterfeit_passed": {"value": None, "low": None, "high": None, "hits": 0, "n": 0},
}


def test_a_bundle_tells_on_which_listings_it_was_measured(tmp_path: Path) -> None:
    metrics = {**FIGURES, "source": "test_set", "test_set": "fold 2"}
    measured = read_measured(write_tiny_bundle(tmp_path / "b", metrics=metrics).metadata)
    assert measured is not None
    assert (measured.source, measured.test_set) == ("test_set", "fold 2")
    assert (measured.listing.genuine, measured.listing.auroc.low) == (10, 0.8)
    assert (measured.coverage.hits, measured.coverage.n) == (12, 20)
    assert (measured.genuine_flagged.hits, measured.genuine_flagged.high) == (1, 0.4)
    assert math.isnan(measured.counterfeit_passed.value)


def test_an_older_bundle_has_a_test_set_without_a_name(tmp_path: Path) -> None:
    measured = read_measured(write_tiny_bundle(tmp_path / "b", metrics=FIGURES).metadata)
    assert measured is not None
    assert (measured.source, measured.test_set) == ("test_set", None)
    assert not measured.decides_in_sample


@pytest.mark.parametrize(("keys", "in_sample"), [({}, True), ({"thresholds": "cross_fitted"}, False)])
def test_older_estimates_judged_listings_by_thresholds_that_these_had_set(
    tmp_path: Path, keys: dict[str, object], in_sample: bool
) -> None:
    metrics = {**FIGURES, "source": "out_of_fold", **keys}
    measured = read_measured(write_tiny_bundle(tmp_path / "b", metrics=metrics).metadata)
    assert measured is not None
    assert measured.decides_in_sample is in_sample


def test_a_bundle_that_was_not_measured_states_no_rate(tmp_path: Path) -> None:
    assert read_measured(write_tiny_bundle(tmp_path / "b").metadata) is None


def test_broken_figures_are_refused_by_their_key(tmp_path: Path) -> None:
    metrics = {**FIGURES, "coverage": {**SHARE, "hits": "many"}}
    with pytest.raises(BundleError, match=r"metrics\.coverage\.hits is 'many'"):
        read_measured(write_tiny_bundle(tmp_path / "b", metrics=metrics).metadata)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"source": "test_set", "test_set": "fold 2"}, "10 genuine and 10 counterfeit test listings (fold 2)"),
        ({}, "10 genuine and 10 counterfeit test listings"),
        (
            {"source": "out_of_fold"},
            "10 genuine and 10 counterfeit listings, each by a network trained alike that had not seen it: an estimate",
        ),
        (
            {"source": "calibration"},
            "the 10 genuine and 10 counterfeit calibration listings, which the network had not seen: an estimate",
        ),
    ],
)
def test_the_listings_are_named_in_words(tmp_path: Path, keys: dict[str, object], words: str) -> None:
    measured = read_measured(write_tiny_bundle(tmp_path / "b", metrics={**FIGURES, **keys}).metadata)
    assert measured is not None
    assert measured.on == words
