"""Figures of runs side by side, worked by hand, and the sneakers' published differences found again."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.builders.run_folders import FIRST, FOLDS, prediction, write_fold_run
from training.comparison.compare import Comparison, compare_runs, in_common_folds
from training.comparison.paired import PairedDifference
from training.comparison.run_figures import mean_of_folds, measure_run
from training.comparison.run_predictions import RunPredictions, read_run, read_runs
from training.errors import NothingToCompare
from training.runs.facts import RunFacts
from training.statistics.estimate import Estimate

RESULTS = Path(__file__).parents[3] / "docs" / "results"
BETTER = FIRST | {"g3": 0.45}  # fold 1 is told apart as well


def run(name: str, authenticity: dict[str, float], folds: dict[str, int] = FOLDS) -> RunPredictions:
    predictions = tuple(prediction(key, p, fold=folds.get(key)) for key, p in sorted(authenticity.items()))
    return RunPredictions(name=name, predictions=predictions, has_outcomes=True, facts=RunFacts())


def difference(comparison: Comparison, figure: str) -> PairedDifference:
    (found,) = [one for one in comparison.differences[0].differences if one.figure == figure]
    return found


def test_the_mean_of_folds_ranks_within_each_fold() -> None:
    measured = measure_run(run("first", FIRST), rounds=100)
    assert measured.mean_of_folds.value == pytest.approx((1 + 3 / 4) / 2)
    assert measured.figures.listing.auroc.value == pytest.approx(11 / 16)
    assert [(group.name, group.auroc.value) for group in measured.by_fold] == [("fold 0", 1.0), ("fold 1", 0.75)]


def test_a_run_without_folds_is_one_fold() -> None:
    measured = measure_run(run("first", FIRST, folds={}), rounds=100)
    assert measured.mean_of_folds.value == measured.figures.listing.auroc.value == pytest.approx(11 / 16)
    assert measured.by_fold == ()


def test_a_fold_that_lacks_a_class_leaves_the_mean_undefined() -> None:
    figure = mean_of_folds(np.array([0, 0, 1]))
    value = figure(np.array([True, False, True]), np.array([0.9, 0.1, 0.5]), np.ones((1, 3)))
    assert math.isnan(value[0])


def test_a_difference_is_the_runs_figure_less_the_baselines() -> None:
    comparison = compare_runs([run("first", FIRST), run("second", BETTER)], rounds=200)
    found = difference(comparison, "mean_of_folds")
    assert (found.baseline, found.run, found.difference.value) == pytest.approx((0.875, 1.0, 0.125))
    assert found.difference.low == 0.0  # rounds that draw no g3, or no c2, see no difference
    assert found.difference.high > 0.125
    assert found.verdict == "open"
    brier = difference(comparison, "brier")
    assert brier.difference.value == pytest.approx((0.55**2 - 0.7**2) / 8)


def test_the_baseline_may_be_any_of_the_runs() -> None:
    comparison = compare_runs([run("first", FIRST), run("second", BETTER)], baseline="second", rounds=50)
    assert (comparison.baseline, comparison.differences[0].run) == ("second", "first")
    assert difference(comparison, "mean_of_folds").difference.value == pytest.approx(-0.125)
    with pytest.raises(NothingToCompare, match="baseline third is not one of the runs: first"):
        compare_runs([run("first", FIRST)], baseline="third")


def test_each_run_keeps_its_own_folds() -> None:
    """With the folds dealt anew, second ranks g0, g2 over c0, c2 (3 of 4 pairs) and g1, g3 over c1, c3 (3 of 4)."""
    anew = {name: int(name[1]) % 2 for name in FIRST}
    comparison = compare_runs([run("first", FIRST), run("second", FIRST, folds=anew)], rounds=50)
    found = difference(comparison, "mean_of_folds")
    assert (found.baseline, found.run) == pytest.approx((0.875, 0.75))
    assert any("into different folds" in caution for caution in comparison.cautions)


def test_decisions_are_compared_as_well() -> None:
    first = run("first", FIRST)
    decided = {"g0": "genuine", "c3": "genuine", "g3": "counterfeit", "c2": "counterfeit", "c1": "counterfeit"}
    second = replace(
        first,
        name="second",
        predictions=tuple(replace(a, outcome=decided.get(a.listing, "review")) for a in first.predictions),  # type: ignore[arg-type]
    )
    comparison = compare_runs([first, second], rounds=50)
    assert difference(comparison, "coverage").difference.value == pytest.approx(5 / 8)
    assert difference(comparison, "genuine_flagged").difference.value == pytest.approx(1 / 4)
    assert difference(comparison, "counterfeit_passed").difference.value == pytest.approx(1 / 4)


def test_without_outcomes_there_are_no_figures_of_decisions() -> None:
    comparison = compare_runs([run("first", FIRST), replace(run("second", FIRST), has_outcomes=False)], rounds=50)
    assert math.isnan(comparison.runs[1].figures.coverage.value)
    assert {one.figure for one in comparison.differences[0].differences}.isdisjoint({"coverage", "genuine_flagged"})


def test_lower_is_better_for_errors() -> None:
    flagged = PairedDifference(
        figure="genuine_flagged", baseline=0.1, run=0.2, difference=Estimate(value=0.1, low=0.05, high=0.15)
    )
    assert flagged.verdict == "worse"
    assert replace(flagged, figure="coverage").verdict == "better"
    assert replace(flagged, difference=Estimate(value=0.1, low=-0.01, high=0.15)).verdict == "open"


def test_listings_that_are_not_in_all_runs_are_excluded_and_counted() -> None:
    fewer = {name: p for name, p in FIRST.items() if name not in ("g0", "c1")}
    comparison = compare_runs([run("first", FIRST), run("second", {**fewer, "g9": 0.5})], rounds=50)
    assert comparison.common.listings == ("c0", "c2", "c3", "g1", "g2", "g3")
    assert comparison.common.not_in_all == 3
    assert any("3 listings are not common to all runs" in caution for caution in comparison.cautions)
    assert difference(comparison, "auroc").difference.value == 0


def test_a_listing_that_changed_its_label_or_product_is_no_longer_the_same() -> None:
    other = run("second", FIRST)
    changed = (
        replace(other.predictions[0], label="genuine"),
        replace(other.predictions[1], product="hat"),
        *other.predictions[2:],
    )
    comparison = compare_runs([run("first", FIRST), replace(other, predictions=changed)], rounds=50)
    assert comparison.common.contradictory == 2
    assert len(comparison.common.listings) == 6


def test_an_abstention_counts_as_half_and_gains_nothing() -> None:
    abstaining = run("second", FIRST)
    predictions = tuple(replace(a, authenticity=None) if a.listing == "g0" else a for a in abstaining.predictions)
    comparison = compare_runs([run("first", FIRST), replace(abstaining, predictions=predictions)], rounds=50)
    assert len(comparison.common.listings) == 8
    assert difference(comparison, "mean_of_folds").run == pytest.approx((2 / 4 + 3 / 4) / 2)


def test_runs_of_different_listings_have_figures_but_no_difference() -> None:
    other = {f"{name}x": p for name, p in FIRST.items()}
    comparison = compare_runs([run("first", FIRST), run("second", other, folds={})], rounds=50)
    assert comparison.differences == ()
    assert comparison.cautions == ("No listing is common to all runs, so there are no paired differences.",)


def test_only_the_folds_that_every_run_has(tmp_path: Path) -> None:
    whole = read_run(write_fold_run(tmp_path / "whole", FIRST))
    one = whole.of_folds({1})
    kept = in_common_folds([whole, one])
    assert [len(found.predictions) for found in kept] == [4, 4]
    with pytest.raises(NothingToCompare, match="no fold in common: whole has 0; whole has 1"):
        in_common_folds([whole.of_folds({0}), one])


def test_the_published_predictions_give_the_published_figures() -> None:
    comparison = compare_runs(read_runs([RESULTS / "sneakers-frozen.csv", RESULTS / "sneakers.csv"]))
    frozen, tuned = (measured.mean_of_folds for measured in comparison.runs)
    assert (round(frozen.value, 3), round(tuned.value, 3)) == (0.856, 0.889)
    assert (round(tuned.low, 3), round(tuned.high, 3)) == (0.864, 0.91)
    found = difference(comparison, "mean_of_folds")
    gain = found.difference
    assert [f"{end:+.4f}" for end in (gain.value, gain.low, gain.high)] == [
        "+0.0328",
        "+0.0157",
        "+0.0501",
    ]
    assert found.verdict == "better"
