"""Paired differences, worked by hand, and the sneakers' published ones found again."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.builders.run_folders import BETTER, FIRST, difference_in, make_run
from training.comparison.compare import compare_runs
from training.comparison.paired import PairedDifference
from training.comparison.run_predictions import read_runs
from training.statistics.estimate import UNDEFINED, Estimate

RESULTS = Path(__file__).parents[3] / "docs" / "results"


def test_a_difference_is_the_runs_figure_minus_the_baselines() -> None:
    comparison = compare_runs([make_run("first", FIRST), make_run("second", BETTER)], rounds=200)
    found = difference_in(comparison, "mean_of_folds")
    assert (found.baseline, found.run, found.difference.value) == pytest.approx((0.875, 1.0, 0.125))
    assert found.difference.low == 0.0  # rounds that draw no g3, or no c2, see no difference
    assert found.difference.high > 0.125
    assert found.verdict == "open"
    brier = difference_in(comparison, "brier")
    assert brier.difference.value == pytest.approx((0.55**2 - 0.7**2) / 8)


def test_decisions_are_compared_as_well() -> None:
    first = make_run("first", FIRST)
    decided = {"g0": "genuine", "c3": "genuine", "g3": "counterfeit", "c2": "counterfeit", "c1": "counterfeit"}
    second = replace(
        first,
        name="second",
        predictions=tuple(replace(a, outcome=decided.get(a.listing, "review")) for a in first.predictions),  # type: ignore[arg-type]
    )
    comparison = compare_runs([first, second], rounds=50)
    assert difference_in(comparison, "coverage").difference.value == pytest.approx(5 / 8)
    assert difference_in(comparison, "genuine_flagged").difference.value == pytest.approx(1 / 4)
    assert difference_in(comparison, "counterfeit_passed").difference.value == pytest.approx(1 / 4)


def test_without_outcomes_there_are_no_figures_of_decisions() -> None:
    comparison = compare_runs(
        [make_run("first", FIRST), replace(make_run("second", FIRST), has_outcomes=False)], rounds=50
    )
    assert math.isnan(comparison.runs[1].figures.coverage.value)
    assert {one.figure for one in comparison.differences[0].differences}.isdisjoint({"coverage", "genuine_flagged"})


def test_lower_is_better_for_errors() -> None:
    flagged = PairedDifference(
        figure="genuine_flagged", baseline=0.1, run=0.2, difference=Estimate(value=0.1, low=0.05, high=0.15)
    )
    assert flagged.verdict == "worse"
    assert replace(flagged, figure="coverage").verdict == "better"
    assert replace(flagged, difference=Estimate(value=0.1, low=-0.01, high=0.15)).verdict == "open"


def test_an_abstention_counts_as_half_and_gains_nothing() -> None:
    abstaining = make_run("second", FIRST)
    predictions = tuple(replace(a, authenticity=None) if a.listing == "g0" else a for a in abstaining.predictions)
    comparison = compare_runs([make_run("first", FIRST), replace(abstaining, predictions=predictions)], rounds=50)
    assert len(comparison.common.listings) == 8
    assert difference_in(comparison, "mean_of_folds").run == pytest.approx((2 / 4 + 3 / 4) / 2)


def test_the_published_predictions_give_the_published_figures() -> None:
    comparison = compare_runs(read_runs([RESULTS / "sneakers-frozen.csv", RESULTS / "sneakers.csv"]))
    frozen, tuned = (measured.mean_of_folds for measured in comparison.runs)
    assert (round(frozen.value, 3), round(tuned.value, 3)) == (0.856, 0.889)
    assert (round(tuned.low, 3), round(tuned.high, 3)) == (0.864, 0.91)
    found = difference_in(comparison, "mean_of_folds")
    gain = found.difference
    assert [f"{end:+.4f}" for end in (gain.value, gain.low, gain.high)] == [
        "+0.0328",
        "+0.0157",
        "+0.0501",
    ]
    assert found.verdict == "better"


def test_an_undefined_difference_is_open() -> None:
    unknown = PairedDifference(figure="auroc", baseline=math.nan, run=0.9, difference=UNDEFINED)
    assert unknown.verdict == "open"
