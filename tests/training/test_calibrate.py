"""Temperatures and thresholds: what they reach, what they only estimate, and that degenerate data stays sane."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution

from training import calibrate
from training.calibrate import (
    NEVER,
    choose_thresholds,
    fit_listing_calibrations,
    fit_support_floor,
    fit_temperature,
    listings_needed,
)
from vision.bundle import Thresholds


def made_listings(n: int, *, gap: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    genuine = rng.random(n) < 0.5
    return rng.normal(0, 1, n) + gap * (genuine - 0.5), genuine


def fitted(
    logit: np.ndarray, genuine: np.ndarray, source: calibrate.Source = "held_out", **limits: float
) -> Thresholds:
    return choose_thresholds(logit, genuine, ["p"] * len(logit), source=source, **limits)["*"]


def test_the_temperature_of_overconfident_logits_is_found() -> None:
    rng = np.random.default_rng(0)
    true_logit = rng.normal(0, 2, 20_000)
    genuine = rng.random(20_000) < 1 / (1 + np.exp(-true_logit))
    calibration = fit_temperature(4 * true_logit, genuine)
    assert calibration.slope == pytest.approx(0.25, rel=0.05)
    assert calibration.intercept == 0.0


def test_the_slope_is_worked_by_hand_on_one_pair_of_values() -> None:
    # at ±2, 8 of 10 on the right side; Platt's targets 11/12 and 1/12 leave logit(t) = ln(mean target / rest) = 2·slope
    logit = np.array([2.0] * 8 + [-2.0] * 2 + [-2.0] * 8 + [2.0] * 2)
    genuine = np.array([True] * 10 + [False] * 10)
    mean_target = (8 * 11 / 12 + 2 * 1 / 12) / 10
    assert fit_temperature(logit, genuine).slope == pytest.approx(
        math.log(mean_target / (1 - mean_target)) / 2, rel=1e-4
    )


def test_perfectly_separated_listings_get_a_finite_slope() -> None:
    logit = np.array([5.0, 6.0, -5.0, -6.0])
    calibration = fit_temperature(logit, logit > 0)
    # two of each class: Platt's target is 3/4
    assert 0.6 < calibration.authenticity(5.0) < 0.8


def test_logits_that_point_the_wrong_way_end_near_one_half() -> None:
    logit, genuine = made_listings(200, gap=-2)
    calibration = fit_temperature(logit, genuine)
    assert calibration.slope > 0
    assert calibration.authenticity(3.0) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("logit", "genuine"),
    [([1.0, 2.0], [True, True]), ([0.0, 0.0], [True, False]), ([], [])],
    ids=["one class", "all zero", "nothing"],
)
def test_with_nothing_to_fit_the_slope_is_one(logit: list[float], genuine: list[bool]) -> None:
    assert fit_temperature(np.array(logit), np.array(genuine, bool)).slope == 1.0


def test_the_temperature_doesn_t_depend_on_the_logit_s_unit() -> None:
    logit, genuine = made_listings(300, gap=2)
    one, million = fit_temperature(logit, genuine), fit_temperature(1e6 * logit, genuine)
    assert million.slope * 1e6 == pytest.approx(one.slope, rel=1e-5)


def test_listings_with_more_photos_get_a_steeper_slope_where_they_deserve_it() -> None:
    rng = np.random.default_rng(0)
    count = np.repeat([1, 2, 3, 8], 400)
    genuine = np.tile([True, False], 800)
    logit = (genuine - 0.5) + rng.normal(0, 1, 1600) / np.sqrt(count)
    slopes = {c.min_photos: c.calibration.slope for c in fit_listing_calibrations(logit, genuine, count)}
    assert list(slopes) == [1, 2, 3, 5]
    assert slopes[5] > 2 * slopes[1]


def test_thin_buckets_join_their_neighbour() -> None:
    count = np.array([1] * 60 + [2] * 10 + [4] * 50 + [6] * 5)
    genuine = np.arange(125) % 2 == 0
    logit = np.random.default_rng(0).normal(0, 1, 125)
    assert [c.min_photos for c in fit_listing_calibrations(logit, genuine, count)] == [1, 2]


def test_a_bucket_of_one_class_joins_its_neighbour() -> None:
    count = np.array([1] * 100 + [2] * 100)
    genuine = np.array([True] * 100 + [True, False] * 50)
    logit = np.random.default_rng(0).normal(0, 1, 200)
    assert [c.min_photos for c in fit_listing_calibrations(logit, genuine, count)] == [1]


def test_few_listings_share_one_calibration() -> None:
    logit, genuine = made_listings(30, gap=2)
    (shared,) = fit_listing_calibrations(logit, genuine, np.arange(30) % 6 + 1)
    assert shared.min_photos == 1
    assert shared.calibration == fit_temperature(logit, genuine)


def test_seventy_two_listings_are_needed_for_five_percent() -> None:
    assert listings_needed(0.05) == 72
    assert calibrate.upper_bound(0, 72) <= 0.05 < calibrate.upper_bound(0, 71)
    assert listings_needed(0.01) == 368


def test_the_bound_is_clopper_and_pearson_s() -> None:
    assert calibrate.upper_bound(3, 100) == pytest.approx(beta_distribution.ppf(0.975, 4, 97))
    assert calibrate.upper_bound(5, 5) == 1.0
    assert calibrate.upper_bound(0, 0) == 1.0


def test_enough_held_out_listings_guarantee_both_limits() -> None:
    logit, genuine = made_listings(1000, gap=1)
    chosen = fitted(logit, genuine)
    for bound in (chosen.genuine_flagged, chosen.counterfeit_passed):
        assert bound.guaranteed
        assert 0 < bound.errors < 0.05 * bound.n
        assert bound.upper <= 0.05 < calibrate.upper_bound(bound.errors + 1, bound.n)
    assert chosen.counterfeit_below < chosen.genuine_above


def test_the_guarantee_holds_as_often_as_it_says() -> None:
    held = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        logit, genuine = rng.random(160), np.arange(160) % 2 == 0  # uniform: the true share flagged is the threshold
        held += fitted(logit, genuine).counterfeit_below <= 0.05
    assert held >= 300 * 0.95


def test_out_of_fold_listings_only_estimate_but_keep_the_bound() -> None:
    logit, genuine = made_listings(1000, gap=1)
    held_out, estimate = fitted(logit, genuine), fitted(logit, genuine, source="out_of_fold")
    assert not estimate.genuine_flagged.guaranteed
    assert not estimate.counterfeit_passed.guaranteed
    assert estimate.genuine_flagged.upper == held_out.genuine_flagged.upper
    assert estimate.counterfeit_below == held_out.counterfeit_below


def test_too_few_listings_give_the_empirical_quantile_and_no_guarantee() -> None:
    of_genuine, of_counterfeit = np.arange(40.0), np.arange(40.0) - 60
    chosen = fitted(np.append(of_genuine, of_counterfeit), np.arange(80) < 40, alpha=0.05, beta=0.05)
    # the classes lie 21 apart: rank 2 of each would cross, so both lie in the middle and nothing errs
    assert chosen.counterfeit_below == chosen.genuine_above == pytest.approx((2.0 - 23.0) / 2)
    assert chosen.genuine_flagged.errors == 0
    assert not chosen.genuine_flagged.guaranteed
    assert chosen.genuine_flagged.upper == pytest.approx(calibrate.upper_bound(2, 40))


def test_overlapping_classes_leave_the_allowed_errors_beyond_each_threshold() -> None:
    value = np.arange(40.0)
    chosen = fitted(np.append(value, value), np.arange(80) < 40)
    assert chosen.counterfeit_below == 2.0  # 0 and 1 are flagged: 2 of 40
    assert chosen.genuine_above == 37.0  # 38 and 39 pass
    assert (chosen.genuine_flagged.errors, chosen.counterfeit_passed.errors) == (2, 2)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=300),
    st.floats(0.01, 0.3),
    st.floats(0.01, 0.3),
    st.floats(-3, 3),
)
def test_neither_limit_is_passed_on_the_listings_themselves(
    rows: list[tuple[int, bool]], alpha: float, beta: float, gap: float
) -> None:
    genuine = np.array([g for _, g in rows])
    logit = np.array([float(x) for x, _ in rows]) + gap * genuine  # many ties, any gap, either way round
    chosen = fitted(logit, genuine, alpha=alpha, beta=beta)
    assert chosen.counterfeit_below <= chosen.genuine_above
    flagged, passed = logit < chosen.counterfeit_below, logit > chosen.genuine_above
    assert (flagged & genuine).sum() == chosen.genuine_flagged.errors <= alpha * genuine.sum()
    assert (passed & ~genuine).sum() == chosen.counterfeit_passed.errors <= beta * (~genuine).sum()
    assert not (flagged & passed).any()


def test_ties_at_the_threshold_stay_on_the_safe_side() -> None:
    logit = np.array([0.0] * 50 + [1.0] * 50 + [-1.0] * 100)
    chosen = fitted(logit, np.arange(200) < 100)
    assert chosen.genuine_flagged.errors == 0


def test_without_counterfeits_nothing_is_ever_called_genuine() -> None:
    chosen = fitted(np.arange(100.0), np.ones(100, bool))
    assert chosen.genuine_above == NEVER
    assert chosen.counterfeit_passed.n == 0
    assert chosen.counterfeit_passed.upper == 1.0
    assert not chosen.counterfeit_passed.guaranteed
    assert chosen.genuine_flagged.guaranteed


def test_without_genuine_listings_nothing_is_ever_flagged() -> None:
    chosen = fitted(np.arange(100.0), np.zeros(100, bool))
    assert chosen.counterfeit_below == -NEVER


def test_a_product_with_enough_listings_has_its_own_thresholds() -> None:
    logit, genuine = made_listings(400, gap=2)
    product = ["rich"] * 300 + ["poor"] * 100
    genuine[300:] = np.arange(100) < 80  # 20 counterfeits are too few
    logit[:300] += 5
    chosen = choose_thresholds(logit, genuine, product, source="held_out")
    assert sorted(chosen) == ["*", "rich"]
    assert chosen["rich"].counterfeit_below > chosen["*"].counterfeit_below
    assert chosen["*"].genuine_flagged.n == genuine.sum()


def test_a_limit_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1, got 5"):
        fitted(np.zeros(2), np.array([True, False]), alpha=5)


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="lengths"):
        fit_temperature(np.zeros(2), np.ones(3, bool))


def test_a_support_floor_loses_the_stated_share_of_listings() -> None:
    floor = fit_support_floor([[n / 100, n / 100 + 0.2] for n in range(100)], 0.02)  # means 0.1, 0.11, ...
    assert (floor.n, floor.lost) == (100, 2)
    assert floor.listing == pytest.approx(0.12)
    assert floor.photo == pytest.approx(0.04)  # the fifth of 200 photos


def test_few_listings_lose_none() -> None:
    floor = fit_support_floor([[0.4, 0.6], [0.9]], 0.02)
    assert (floor.listing, floor.photo, floor.lost) == (0.5, 0.4, 0)
