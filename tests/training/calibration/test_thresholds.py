"""Calibrations and thresholds: what they reach, what they only estimate, and that degenerate data stays sane."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.builders.bundle import tiny_thresholds
from training.calibration import thresholds as calibrate
from training.calibration.thresholds import (
    choose_thresholds,
    fit_calibration,
    fit_listing_calibrations,
    fit_support_floor,
)
from training.statistics.bounds import upper_bound
from vision.bundle.metadata import NEVER, Calibration, Thresholds


def made_listings(n: int, *, gap: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    genuine = rng.random(n) < 0.5
    return rng.normal(0, 1, n) + gap * (genuine - 0.5), genuine


def fitted(
    logit: np.ndarray,
    genuine: np.ndarray,
    source: calibrate.Source = "held_out",
    alpha: float = 0.05,
    beta: float = 0.05,
) -> Thresholds:
    return choose_thresholds(logit, genuine, ["p"] * len(logit), source=source, alpha=alpha, beta=beta)["*"]


def test_slope_and_intercept_of_logits_that_are_too_sure_and_off_are_found() -> None:
    rng = np.random.default_rng(0)
    true_logit = rng.normal(0, 2, 20_000)
    genuine = rng.random(20_000) < 1 / (1 + np.exp(-true_logit))
    calibration = fit_calibration(4 * (true_logit - 1), genuine)
    assert calibration.slope == pytest.approx(0.25, rel=0.05)
    assert calibration.intercept == pytest.approx(1.0, abs=0.05)


def test_slope_and_intercept_are_worked_by_hand_on_one_pair_of_values() -> None:
    # at +2: 8 genuine, 1 counterfeit; at -2: 2 genuine, 4 counterfeit; Platt's targets are 11/12 and 1/7
    logit = np.array([2.0] * 9 + [-2.0] * 6)
    genuine = np.array([True] * 8 + [False] + [True] * 2 + [False] * 4)
    above, below = (8 * 11 / 12 + 1 / 7) / 9, (2 * 11 / 12 + 4 / 7) / 6  # the mean targets, met exactly
    calibration = fit_calibration(logit, genuine)
    assert calibration.authenticity(2.0) == pytest.approx(above, rel=1e-5)
    assert calibration.authenticity(-2.0) == pytest.approx(below, rel=1e-5)


def test_where_counterfeits_are_rare_a_logit_of_nothing_means_their_share() -> None:
    # networks learn from both labels weighed alike: without an intercept 0 would mean 0.5 whatever the share
    rng = np.random.default_rng(0)
    genuine = np.arange(5000) % 10 > 0
    logit = rng.normal(0, 1, 5000) + 0.2 * (genuine - 0.5)
    assert fit_calibration(logit, genuine).authenticity(0.0) == pytest.approx(0.9, abs=0.01)


def test_perfectly_separated_listings_get_a_finite_slope() -> None:
    logit = np.array([5.0, 6.0, -5.0, -6.0])
    calibration = fit_calibration(logit, logit > 0)
    # two of each class: Platt's target is 3/4
    assert 0.6 < calibration.authenticity(5.0) < 0.8


def test_logits_that_point_the_wrong_way_say_no_more_than_the_share() -> None:
    logit, genuine = made_listings(200, gap=-2)
    calibration = fit_calibration(logit, genuine)
    assert calibration.slope > 0
    assert calibration.authenticity(3.0) == pytest.approx(genuine.mean(), abs=0.01)


@pytest.mark.parametrize(
    ("logit", "genuine"),
    [([1.0, 2.0], [True, True]), ([0.0, 0.0], [True, False]), ([], [])],
    ids=["one class", "all zero", "nothing"],
)
def test_with_nothing_to_fit_the_logit_stays_as_it_is(logit: list[float], genuine: list[bool]) -> None:
    assert fit_calibration(np.array(logit), np.array(genuine, bool)) == Calibration(slope=1.0)


def test_the_calibration_doesn_t_depend_on_the_logit_s_unit() -> None:
    logit, genuine = made_listings(300, gap=2)
    one, million = fit_calibration(logit, genuine), fit_calibration(1e6 * logit, genuine)
    assert million.slope * 1e6 == pytest.approx(one.slope, rel=1e-5)
    assert million.intercept == pytest.approx(one.intercept, abs=1e-6)


def test_one_photo_is_calibrated_by_one_photo_of_every_listing() -> None:
    rng = np.random.default_rng(0)
    count = np.repeat([1, 2, 3, 8], 100)
    genuine = np.tile([True, False], 200)
    photos = [(label - 0.5) + rng.normal(0, 1, n) for label, n in zip(genuine, count, strict=True)]
    mean, first = np.array([p.mean() for p in photos]), np.array([p[0] for p in photos])
    one, more = fit_listing_calibrations(mean, genuine, count, one_photo_logit=first)
    assert (one.min_photos, one.calibration) == (1, fit_calibration(first, genuine))
    assert (more.min_photos, more.calibration) == (2, fit_calibration(mean, genuine))
    assert (one.genuine, one.counterfeit, more.genuine, more.counterfeit) == (200, 200, 200, 200)
    assert more.calibration.slope > 1.2 * one.calibration.slope


def test_listings_of_one_photo_alone_share_one_calibration() -> None:
    logit, genuine = made_listings(30, gap=2)
    (shared,) = fit_listing_calibrations(logit, genuine, np.ones(30, np.int64), one_photo_logit=logit)
    assert (shared.min_photos, shared.calibration) == (1, fit_calibration(logit, genuine))


def test_enough_held_out_listings_guarantee_both_limits() -> None:
    logit, genuine = made_listings(1000, gap=1)
    chosen = fitted(logit, genuine)
    for bound in (chosen.genuine_flagged, chosen.counterfeit_passed):
        assert bound.guaranteed
        assert 0 < bound.errors < 0.05 * bound.n
        assert bound.upper <= 0.05 < upper_bound(bound.errors + 1, bound.n)
    assert chosen.counterfeit_below < chosen.genuine_above


def test_the_allowed_errors_keep_their_confidence_at_every_number_of_listings() -> None:
    # of n genuine listings, fitted on ranks 0, 1, 2 …, the threshold is the rank; the true share flagged is above 5 %
    # where at most that many of n fell into the lowest 5 %: binomial
    for n in (*range(72, 400), 1000, 5000):
        rank = int(fitted(np.arange(2.0 * n), np.arange(2 * n) < n).counterfeit_below)
        assert stats.binom.cdf(rank, n, 0.05) <= 0.025


@pytest.mark.parametrize("n", [100, 200, 300])  # exactly: 0.6, 0.9 and 1.6 % of draws
@pytest.mark.parametrize("shape", ["normal", "heavy tails", "lumps"])
def test_a_guaranteed_limit_is_broken_in_at_most_2_5_percent_of_draws(n: int, shape: str) -> None:
    # the share beyond the threshold is Beta(k+1, n-k) whatever the distribution; ties only make it smaller
    rng = np.random.default_rng(2024)
    draws: dict[str, Callable[[int], np.ndarray]] = {
        "normal": rng.standard_normal,
        "heavy tails": rng.standard_cauchy,
        "lumps": lambda size: rng.integers(0, 40, size).astype(float),
    }
    share_below: dict[str, Callable[[float], float]] = {
        "normal": stats.norm.cdf,
        "heavy tails": stats.cauchy.cdf,
        "lumps": lambda threshold: min(max(math.ceil(threshold), 0), 40) / 40,
    }
    draw, below = draws[shape], share_below[shape]
    genuine = np.arange(2 * n) < n
    broken = 0
    for _ in range(400):
        chosen = fitted(np.append(draw(n), draw(n) - 0.5), genuine)
        assert chosen.genuine_flagged.guaranteed
        broken += below(chosen.counterfeit_below) > 0.05
    assert broken <= 0.025 * 400


def test_limits_for_one_photo_hold_for_listings_cut_to_a_random_photo() -> None:
    rng = np.random.default_rng(0)
    broken = 0
    for _ in range(300):
        item = rng.normal(0, 1, 240) + np.where(np.arange(240) < 120, 1.0, -1.0)
        photo = item[:, None] + rng.normal(0, 2, (240, 3))
        genuine, names = np.arange(240) < 120, ["p"] * 240
        shared = choose_thresholds(photo.mean(1), genuine, names, source="held_out")
        one = choose_thresholds(photo[:, 0], genuine, names, source="held_out", no_looser_than=shared)["*"]
        assert one.counterfeit_below <= shared["*"].counterfeit_below
        broken += stats.norm.cdf(one.counterfeit_below, 1, 5**0.5) > 0.05  # of one photo: variance 1 + 4
    assert broken <= 0.025 * 300


def test_thresholds_are_never_looser_than_those_they_must_keep_to() -> None:
    value = np.arange(40.0)
    logit, genuine = np.append(value, value), np.arange(80) < 40
    shared = {"*": tiny_thresholds(1.5, 36.0), "p": tiny_thresholds(-7.0, 99.0)}
    chosen = choose_thresholds(logit, genuine, ["p"] * 80, source="held_out", no_looser_than=shared)
    assert (chosen["*"].counterfeit_below, chosen["*"].genuine_above) == (1.5, 37.0)  # its own are 2 and 37
    assert (chosen["*"].genuine_flagged.errors, chosen["*"].counterfeit_passed.errors) == (2, 2)
    assert (chosen["p"].counterfeit_below, chosen["p"].genuine_above) == (-7.0, 99.0)
    assert chosen["p"].counterfeit_passed.errors == 0


def test_what_isn_t_guaranteed_goes_to_review_where_that_is_asked() -> None:
    logit = np.append(np.arange(200.0), np.arange(40.0))
    genuine = np.arange(240) < 200
    chosen = choose_thresholds(logit, genuine, ["p"] * 240, source="held_out", unguaranteed="review")
    assert sorted(chosen) == ["*"]  # 40 counterfeits give a product estimates of its own, 72 guarantees
    assert chosen["*"].genuine_flagged.guaranteed
    assert chosen["*"].counterfeit_below == 3.0  # 200 genuine listings allow three errors
    assert chosen["*"].genuine_above == NEVER
    assert (chosen["*"].counterfeit_passed.errors, chosen["*"].counterfeit_passed.n) == (0, 40)
    assert not chosen["*"].counterfeit_passed.guaranteed


def test_cross_fitted_listings_guarantee_nothing_so_that_all_would_go_to_review() -> None:
    logit, genuine = made_listings(1000, gap=1)
    chosen = choose_thresholds(logit, genuine, ["p"] * 1000, source="out_of_fold", unguaranteed="review")["*"]
    assert (chosen.counterfeit_below, chosen.genuine_above) == (-NEVER, NEVER)


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
    assert chosen.genuine_flagged.upper == pytest.approx(upper_bound(2, 40))


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
        fit_calibration(np.zeros(2), np.ones(3, bool))


def test_a_support_floor_loses_the_stated_share_of_listings() -> None:
    floor = fit_support_floor([[n / 100, n / 100 + 0.2] for n in range(100)], 0.02)  # means 0.1, 0.11, ...
    assert (floor.n, floor.lost) == (100, 2)
    assert floor.listing == pytest.approx(0.12)
    assert floor.photo == pytest.approx(0.04)  # the fifth of 200 photos


def test_few_listings_lose_none() -> None:
    floor = fit_support_floor([[0.4, 0.6], [0.9]], 0.02)
    assert (floor.listing, floor.photo, floor.lost) == (0.5, 0.4, 0)
