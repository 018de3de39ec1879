"""Intervals of a bootstrap over listings, held against resampling by hand."""

import math

import numpy as np
import pytest

from training.statistics import bootstrap
from training.statistics.bootstrap import (
    bootstrap_estimate,
    bootstrap_mean,
    bootstrap_mean_difference,
    paired_bootstrap,
)
from training.statistics.scores import auroc, auroc_weighted


def made_answers(n: int = 400, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping classes with many ties."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.4
    return positive, np.round(rng.normal(0, 1, n) + positive, 1)


def test_the_bootstrap_gives_the_interval_that_resampling_by_hand_gives() -> None:
    positive, value = made_answers()
    rng = np.random.default_rng(0)
    by_hand = [auroc(positive[i], value[i]) for i in (rng.integers(0, 400, 400) for _ in range(1000))]
    interval = bootstrap_estimate(auroc_weighted, positive, value)
    assert (interval.low, interval.high) == pytest.approx(tuple(np.percentile(by_hand, (2.5, 97.5))), abs=0.006)


def test_copies_of_a_listing_s_photo_don_t_narrow_the_interval() -> None:
    positive, value = made_answers(100)
    listing = np.arange(100)
    one = bootstrap_estimate(auroc_weighted, positive, value, listing)
    ten = bootstrap_estimate(auroc_weighted, np.repeat(positive, 10), np.repeat(value, 10), np.repeat(listing, 10))
    assert (ten.low, ten.high) == pytest.approx((one.low, one.high))


def test_the_bootstrap_is_the_same_for_the_same_seed_and_in_any_chunking(monkeypatch: pytest.MonkeyPatch) -> None:
    positive, value = made_answers(50)
    once = bootstrap_estimate(auroc_weighted, positive, value, rounds=100)
    monkeypatch.setattr(bootstrap, "_MAX_WEIGHTS", 50 * 7)
    assert bootstrap_estimate(auroc_weighted, positive, value, rounds=100) == once


def test_an_interval_of_nothing_is_undefined() -> None:
    interval = bootstrap_estimate(auroc_weighted, np.ones(5, bool), np.arange(5.0))
    assert math.isnan(interval.low)
    assert math.isnan(bootstrap_estimate(auroc_weighted, np.zeros(0, bool), np.zeros(0)).high)


def test_the_paired_interval_of_an_answer_with_itself_is_zero() -> None:
    positive, value = made_answers()
    same = paired_bootstrap(auroc_weighted, positive, value, value)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_pairing_finds_a_small_gain_that_two_intervals_apart_would_hide() -> None:
    positive, value = made_answers()
    better = value + 0.15 * positive
    gain = paired_bootstrap(auroc_weighted, positive, value, better)
    assert gain.value == pytest.approx(auroc(positive, better) - auroc(positive, value))
    assert 0 < gain.low < gain.value < gain.high
    apart = bootstrap_estimate(auroc_weighted, positive, value)
    assert auroc(positive, better) < apart.high


def test_answers_of_different_lengths_can_t_be_paired() -> None:
    with pytest.raises(ValueError, match="same items"):
        paired_bootstrap(auroc_weighted, np.array([True, True, False, False]), np.zeros(4), np.zeros(3))


def test_the_mean_of_photos_has_the_interval_of_their_listings() -> None:
    once = bootstrap_mean([1, 2, 3, 4], ["a", "b", "c", "d"])
    copied = bootstrap_mean([1, 1, 2, 2, 3, 3, 4, 4], ["a", "a", "b", "b", "c", "c", "d", "d"])
    assert once.value == copied.value == 2.5
    assert (copied.low, copied.high) == (once.low, once.high)


def test_the_mean_of_nothing_is_undefined() -> None:
    assert math.isnan(bootstrap_mean([], []).value)


def test_the_difference_of_means_pairs_the_items() -> None:
    found = bootstrap_mean_difference([1.5, 2.5, 9.5], [1, 2, 9], ["a", "b", "c"])
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_each_value_needs_its_listing() -> None:
    with pytest.raises(ValueError, match="2 values of 1 listings"):
        bootstrap_mean([1, 2], ["a"])
