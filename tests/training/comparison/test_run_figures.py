"""Figures of one run, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.training.builders.run_folders import FIRST, make_run
from training.comparison.run_figures import arrays_of, mean_of_folds, measure_run


def test_the_mean_of_folds_ranks_within_each_fold() -> None:
    measured = measure_run(make_run("first", FIRST), rounds=100)
    assert measured.mean_of_folds.value == pytest.approx((1 + 3 / 4) / 2)
    assert measured.figures.listing.auroc.value == pytest.approx(11 / 16)
    assert [(group.name, group.auroc.value) for group in measured.by_fold] == [("fold 0", 1.0), ("fold 1", 0.75)]


def test_a_run_without_folds_is_one_fold() -> None:
    measured = measure_run(make_run("first", FIRST, folds={}), rounds=100)
    assert measured.mean_of_folds.value == measured.figures.listing.auroc.value == pytest.approx(11 / 16)
    assert measured.by_fold == ()


def test_a_fold_that_lacks_a_class_leaves_the_mean_undefined() -> None:
    figure = mean_of_folds(np.array([0, 0, 1]))
    value = figure(np.array([True, False, True]), np.array([0.9, 0.1, 0.5]), np.ones((1, 3)))
    assert math.isnan(value[0])


def test_the_arrays_are_the_class_the_suspicion_and_the_fold() -> None:
    run = make_run("first", {"c0": 0.3, "g0": 0.9}, folds={"g0": 4})
    positive, suspicion, fold = arrays_of(run.predictions)
    assert positive.tolist() == [True, False]
    assert suspicion.tolist() == pytest.approx([0.7, 0.1])
    assert fold.tolist() == [-1, 4]
