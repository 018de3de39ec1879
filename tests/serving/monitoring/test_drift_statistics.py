"""The arithmetic of drift: hand-worked shares, scipy's p-values, and false alarms counted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from serving.monitoring.drift import compare_window
from serving.monitoring.drift_statistics import (
    bin_shares,
    expected_index,
    kolmogorov_smirnov_p,
    make_reference,
    population_stability_index,
)


@pytest.mark.parametrize("apart", [0.0, 0.1, 0.3])
def test_the_p_value_is_scipys(apart: float) -> None:
    random = np.random.default_rng(1)
    reference, window = random.normal(size=400), random.normal(apart, 1.0, 500)
    own = kolmogorov_smirnov_p(make_reference(reference, np.ones(400)), window)
    assert own == pytest.approx(stats.ks_2samp(reference, window, method="exact").pvalue, rel=0.1)


def test_bins_hold_a_tenth_of_the_reference_each_and_the_windows_share_beside_it() -> None:
    reference = make_reference(np.arange(100.0), np.ones(100))
    of_reference, of_window = bin_shares(reference, np.array([0.0, 5.0, 95.0, 1000.0]))
    assert of_reference.tolist() == pytest.approx([0.1] * 10)
    assert of_window.tolist() == [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]


def test_values_that_repeat_make_fewer_bins() -> None:
    of_reference, of_window = bin_shares(make_reference(np.array([7.0] * 50), np.ones(50)), np.array([7.0, 8.0]))
    assert of_reference.tolist() == pytest.approx([1.0, 0.0])
    assert of_window.tolist() == [0.5, 0.5]


def test_the_stability_index_is_worked_by_hand() -> None:
    """Two bins of 0.5 and 0.5 against 0.25 and 0.75, many rows: (0.25 - 0.5) ln 0.5 + (0.75 - 0.5) ln 1.5 = 0.2747."""
    reference = make_reference(np.repeat([0.0, 1.0], 50_000), np.ones(100_000))
    window = np.repeat([0.0, 1.0], [25_000, 75_000])
    assert population_stability_index(reference, window) == pytest.approx(0.2747, abs=0.001)


def test_the_stability_index_of_one_population_is_what_chance_gives() -> None:
    random = np.random.default_rng(2)
    found = []
    for _ in range(200):
        reference = make_reference(random.normal(size=300), np.ones(300))
        found.append(population_stability_index(reference, random.normal(size=500)))
    assert np.mean(found) == pytest.approx(expected_index(reference, 500), rel=0.1)


def test_rows_without_a_value_are_left_out() -> None:
    reference = make_reference(np.array([np.nan, 1.0, 2.0]), np.array([5.0, 1.0, 1.0]))
    assert reference.values.tolist() == [1.0, 2.0]
    assert reference.effective_rows == pytest.approx(2.0)


def false_alarms(windows: int, limit: float, *, counterfeit_share: float | None = None) -> float:
    """The share of windows, of the reference's own population, that raise an alarm in one of four measures."""
    random = np.random.default_rng(3)
    alarms = 0
    for _ in range(windows):
        columns, references = {}, {}
        fake = random.random(300) < 0.5
        weights = np.ones(300)
        share = 0.5
        if counterfeit_share is not None:
            share = counterfeit_share
            weights = np.where(fake, share / fake.mean(), (1 - share) / (1 - fake.mean()))
        later = random.random(500) < share
        for name in ("a", "b", "c", "d"):
            references[name] = make_reference(random.normal(np.where(fake, -1.0, 1.0)), weights)
            columns[name] = random.normal(np.where(later, -1.0, 1.0))
        alarms += any(measure.shifted for measure in compare_window(references, columns, limit))
    return alarms / windows


@pytest.mark.parametrize("counterfeit_share", [None, 0.05])
def test_no_more_windows_than_stated_raise_a_false_alarm(counterfeit_share: float | None) -> None:
    """600 windows at 5 %: three standard errors are 0.027, and far fewer would mean a test that finds nothing."""
    measured = false_alarms(600, 0.05, counterfeit_share=counterfeit_share)
    assert 0.015 < measured < 0.077
