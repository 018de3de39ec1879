"""Confident learning on numbers that a hand can follow."""

from __future__ import annotations

import numpy as np
import pytest

from training.label_noise.confident_learning import dispute_labels, dispute_order, wrong_label_share
from training.statistics.bootstrap import bootstrap_estimate

# Four genuine and four counterfeit listings of one product. Mean authenticity of the genuine ones:
# (0.9 + 0.8 + 0.7 + 0.2) / 4 = 0.65; mean 1 - authenticity of the counterfeit ones: (0.9 + 0.8 + 0.6 + 0.3) / 4 = 0.65.
GENUINE = np.array([True] * 4 + [False] * 4)
AUTHENTICITY = np.array([0.9, 0.8, 0.7, 0.2, 0.1, 0.2, 0.4, 0.7])
PRODUCT = np.array(["toy"] * 8)
ONE = np.ones((1, 8))


def test_a_label_is_disputed_where_the_other_is_as_likely_as_it_is_on_average_of_those_that_have_it() -> None:
    found = dispute_labels(GENUINE, AUTHENTICITY, PRODUCT)
    assert found.expected == pytest.approx(np.full(8, 0.65))
    assert found.confident.tolist() == [False] * 3 + [True] + [False] * 3 + [True]
    assert found.excess == pytest.approx([-0.55, -0.45, -0.35, 0.15, -0.55, -0.45, -0.25, 0.05])


def test_the_most_disputed_come_first() -> None:
    assert dispute_order(dispute_labels(GENUINE, AUTHENTICITY, PRODUCT)).tolist()[:3] == [3, 7, 6]


def test_the_share_of_wrong_labels_is_the_confident_joints_off_diagonal() -> None:
    # Genuine: 3 confidently genuine and 1 confidently counterfeit. Counterfeit: 2, and 1; one listing counts nowhere.
    assert wrong_label_share("genuine", PRODUCT)(GENUINE, AUTHENTICITY, ONE) == pytest.approx([1 / 4])
    assert wrong_label_share("counterfeit", PRODUCT)(GENUINE, AUTHENTICITY, ONE) == pytest.approx([1 / 3])


def test_a_listing_that_was_drawn_twice_counts_twice_in_thresholds_and_shares() -> None:
    twice = np.array([[1, 1, 1, 2, 1, 1, 1, 1.0]])  # the genuine mean falls to 0.56, which changes no count
    assert wrong_label_share("genuine", PRODUCT)(GENUINE, AUTHENTICITY, twice) == pytest.approx([2 / 5])
    repeated = [np.append(column, column[3]) for column in (GENUINE, AUTHENTICITY, PRODUCT)]
    share = wrong_label_share("genuine", repeated[2])(repeated[0], repeated[1], np.ones((1, 9)))
    assert share == pytest.approx([2 / 5])


def test_beyond_both_thresholds_the_likelier_label_counts() -> None:
    genuine, authenticity = np.array([True, True, False, False]), np.array([0.6, 0.4, 0.6, 0.4])
    found = dispute_labels(genuine, authenticity, np.array(["toy"] * 4))  # both thresholds are 0.5
    assert found.confident.tolist() == [False, True, True, False]
    blind = dispute_labels(genuine, np.array([0.5, 0.3, 0.5, 0.3]), np.array(["toy"] * 4))  # 0.4 and 0.6
    assert blind.confident.tolist() == [False, True, True, False]


def test_a_product_with_many_listings_has_thresholds_of_its_own_and_a_small_one_those_of_all() -> None:
    genuine = np.array([True] * 40 + [False] * 40 + [True, False])
    authenticity = np.array([0.9] * 40 + [0.1] * 40 + [0.5, 0.5])
    product = np.array(["many"] * 80 + ["few"] * 2)
    expected = dispute_labels(genuine, authenticity, product).expected
    assert expected[:80] == pytest.approx(np.full(80, 0.9))
    assert expected[80:] == pytest.approx(np.full(2, (40 * 0.9 + 0.5) / 41))


def test_with_one_label_nothing_is_disputed() -> None:
    found = dispute_labels(np.ones(3, bool), np.array([0.9, 0.5, 0.1]), np.array(["toy"] * 3))
    assert not found.confident.any()
    assert np.isnan(found.excess).all()
    assert np.isnan(
        wrong_label_share("counterfeit", np.array(["toy"] * 3))(np.ones(3, bool), np.ones(3), np.ones((1, 3)))
    )


def test_flipped_labels_are_found_and_their_share_lies_in_the_interval() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(600) < 0.5
    authenticity = np.where(truth, rng.beta(8, 2, 600), rng.beta(2, 8, 600))
    flipped = rng.random(600) < 0.1
    given, product = truth ^ flipped, np.array(["toy"] * 600)
    found = dispute_labels(given, authenticity, product).confident
    assert (found & flipped).sum() / flipped.sum() > 0.6
    assert (found & flipped).sum() / found.sum() > 0.95
    interval = bootstrap_estimate(wrong_label_share("genuine", product), given, authenticity, rounds=200)
    assert interval.low < flipped[given].mean() < interval.high
