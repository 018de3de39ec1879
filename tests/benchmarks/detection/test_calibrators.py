"""The comparison of calibrators: each finds what it can express, and is fitted on other folds alone."""

import numpy as np
import pytest

from benchmarks.detection.calibrators import (
    CALIBRATORS,
    beta,
    by_photo_count,
    cross_fit_all,
    isotonic,
    log_loss_weighted,
    one_photo_apart,
    platt,
    temperature,
    thin_out,
)
from benchmarks.detection.held_out_listings import HeldOutListings
from tests.builders.held_out_listings import made_listings


def test_temperature_platt_and_beta_find_a_curve_of_their_own_kind() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, 40_000)
    genuine = rng.random(40_000) < 1 / (1 + np.exp(-true))
    asked = np.array([-3.0, 0.0, 1.0, 4.0])
    expected = 1 / (1 + np.exp(-asked))
    for fit in (temperature, platt, beta):
        assert fit(3 * true, genuine)(3 * asked) == pytest.approx(expected, abs=0.02)
    shifted = platt(true + 1, genuine)(asked + 1)
    assert shifted == pytest.approx(expected, abs=0.02)
    assert temperature(true + 1, genuine)(np.zeros(1)) == 0.5  # without an intercept 0 is 0.5, whatever the data


def test_isotonic_predictions_rise_and_stay_inside_0_and_1() -> None:
    logit = np.arange(20.0)
    curve = isotonic(logit, logit >= 10)
    assert curve(np.array([-5.0, 3.0, 15.0, 99.0])) == pytest.approx([1 / 12, 1 / 12, 11 / 12, 11 / 12])


def test_no_listing_is_predicted_by_a_curve_fitted_on_it() -> None:
    listings = made_listings()
    before = cross_fit_all(listings, listings, limit=None, seed=0)
    own = listings.fold == 0
    turned = HeldOutListings(
        logit=listings.logit,
        one_photo_logit=listings.one_photo_logit,
        genuine=listings.genuine ^ own,
        product=listings.product,
        photos=listings.photos,
        fold=listings.fold,
    )
    after = cross_fit_all(turned, turned, limit=None, seed=0)
    assert len(before) == len(CALIBRATORS) == 12
    for name in CALIBRATORS:
        assert np.isfinite(before[name]).all()
        assert (before[name][own] == after[name][own]).all()
        assert (before[name][~own] != after[name][~own]).any()


def test_curves_are_fitted_on_the_bucket_or_on_one_photo_of_every_listing() -> None:
    listings = made_listings()
    assert [(low, len(known.logit)) for low, known in by_photo_count(listings)] == [(1, 134), (2, 134), (3, 132)]
    (one, cut), (more, whole) = one_photo_apart(listings)
    assert (one, more) == (1, 2)
    assert (cut.logit == listings.one_photo_logit).all()
    assert (whole.logit == listings.logit).all()


def test_thin_buckets_join_their_neighbour() -> None:
    few = made_listings(90)  # 30 listings of each number of photos: too few for one bucket, enough for two
    assert [(low, len(known.logit)) for low, known in by_photo_count(few)] == [(1, 90)]


def test_thinning_out_leaves_the_asked_share() -> None:
    thin = thin_out(made_listings(), 0.1, seed=0)
    assert (int(thin.genuine.sum()), int((~thin.genuine).sum())) == (200, 22)


def test_log_loss_is_worked_by_hand() -> None:
    genuine, p = np.array([True, False]), np.array([0.5, 0.75])
    weight = np.array([[1.0, 1.0], [1.0, 0.0]])
    assert log_loss_weighted(genuine, p, weight) == pytest.approx([np.log(8) / 2, np.log(2)])
