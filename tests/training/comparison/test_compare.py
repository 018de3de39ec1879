"""Runs side by side: baselines, common listings, folds and caveats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.builders.run_folders import BETTER, FIRST, difference_in, make_run, write_fold_run
from training.comparison.compare import compare_runs, in_common_folds
from training.comparison.run_predictions import read_run
from training.errors import NothingToCompare


def test_the_baseline_may_be_any_of_the_runs() -> None:
    comparison = compare_runs([make_run("first", FIRST), make_run("second", BETTER)], baseline="second", rounds=50)
    assert (comparison.baseline, comparison.differences[0].run) == ("second", "first")
    assert difference_in(comparison, "mean_of_folds").difference.value == pytest.approx(-0.125)
    with pytest.raises(NothingToCompare, match="baseline third is not one of the runs: first"):
        compare_runs([make_run("first", FIRST)], baseline="third")


def test_each_run_keeps_its_own_folds() -> None:
    """With the folds dealt anew, second ranks g0, g2 over c0, c2 (3 of 4 pairs) and g1, g3 over c1, c3 (3 of 4)."""
    anew = {name: int(name[1]) % 2 for name in FIRST}
    comparison = compare_runs([make_run("first", FIRST), make_run("second", FIRST, folds=anew)], rounds=50)
    found = difference_in(comparison, "mean_of_folds")
    assert (found.baseline, found.run) == pytest.approx((0.875, 0.75))
    assert any("into different folds" in caution for caution in comparison.cautions)


def test_listings_that_are_not_in_all_runs_are_excluded_and_counted() -> None:
    fewer = {name: p for name, p in FIRST.items() if name not in ("g0", "c1")}
    comparison = compare_runs([make_run("first", FIRST), make_run("second", {**fewer, "g9": 0.5})], rounds=50)
    assert comparison.common.listings == ("c0", "c2", "c3", "g1", "g2", "g3")
    assert comparison.common.not_in_all == 3
    assert any("3 listings are not common to all runs" in caution for caution in comparison.cautions)
    assert difference_in(comparison, "auroc").difference.value == 0


def test_a_listing_that_changed_its_label_or_product_is_no_longer_the_same() -> None:
    other = make_run("second", FIRST)
    changed = (
        replace(other.predictions[0], label="genuine"),
        replace(other.predictions[1], product="hat"),
        *other.predictions[2:],
    )
    comparison = compare_runs([make_run("first", FIRST), replace(other, predictions=changed)], rounds=50)
    assert comparison.common.contradictory == 2
    assert len(comparison.common.listings) == 6


def test_runs_of_different_listings_have_figures_but_no_difference() -> None:
    other = {f"{name}x": p for name, p in FIRST.items()}
    comparison = compare_runs([make_run("first", FIRST), make_run("second", other, folds={})], rounds=50)
    assert comparison.differences == ()
    assert comparison.cautions == ("No listing is common to all runs, so there are no paired differences.",)


def test_only_the_folds_that_every_run_has(tmp_path: Path) -> None:
    whole = read_run(write_fold_run(tmp_path / "whole", FIRST))
    one = whole.of_folds({1})
    kept = in_common_folds([whole, one])
    assert [len(found.predictions) for found in kept] == [4, 4]
    with pytest.raises(NothingToCompare, match="no fold in common: whole has 0; whole has 1"):
        in_common_folds([whole.of_folds({0}), one])
