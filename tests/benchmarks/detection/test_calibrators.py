"""The comparison of calibrators: each finds what it can express, and only other folds teach it."""

import numpy as np
import pytest

from benchmarks.detection import one_photo
from benchmarks.detection.calibrators import (
    CALIBRATORS,
    Answers,
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


def made_answers(n: int = 400, *, seed: int = 0) -> Answers:
    """Listings of one to three photos: the item's own signal 1, a photo's noise 1."""
    rng = np.random.default_rng(seed)
    genuine = np.arange(n) % 2 == 0
    photos = np.arange(n) // 2 % 3 + 1
    item = rng.normal(0, 1, n) + 2 * (genuine - 0.5)
    of_photo = item[:, None] + rng.normal(0, 1, (n, 3))
    mean = np.array([row[:count].mean() for row, count in zip(of_photo, photos, strict=True)])
    return Answers(
        logit=mean,
        one_photo_logit=of_photo[:, 0],
        genuine=genuine,
        product=np.full(n, "toy"),
        photos=photos,
        fold=np.arange(n) // 2 % 5,
    )


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
    assert temperature(true + 1, genuine)(np.zeros(1)) == 0.5  # it can't: 0 is 0.5, whatever the data say


def test_isotonic_answers_rise_and_are_no_surer_than_their_listings() -> None:
    logit = np.arange(20.0)
    curve = isotonic(logit, logit >= 10)
    assert curve(np.array([-5.0, 3.0, 15.0, 99.0])) == pytest.approx([1 / 12, 1 / 12, 11 / 12, 11 / 12])


def test_a_listing_never_teaches_what_judges_it() -> None:
    answers = made_answers()
    before = cross_fit_all(answers, answers, most=None, seed=0)
    own = answers.fold == 0
    turned = Answers(
        logit=answers.logit,
        one_photo_logit=answers.one_photo_logit,
        genuine=answers.genuine ^ own,
        product=answers.product,
        photos=answers.photos,
        fold=answers.fold,
    )
    after = cross_fit_all(turned, turned, most=None, seed=0)
    assert len(before) == len(CALIBRATORS) == 12
    for name in CALIBRATORS:
        assert np.isfinite(before[name]).all()
        assert (before[name][own] == after[name][own]).all()
        assert (before[name][~own] != after[name][~own]).any()


def test_curves_are_taught_by_the_bucket_or_by_one_photo_of_every_listing() -> None:
    answers = made_answers()
    assert [(low, len(known.logit)) for low, known in by_photo_count(answers)] == [(1, 134), (2, 134), (3, 132)]
    (one, cut), (more, whole) = one_photo_apart(answers)
    assert (one, more) == (1, 2)
    assert (cut.logit == answers.one_photo_logit).all()
    assert (whole.logit == answers.logit).all()


def test_thin_buckets_join_their_neighbour() -> None:
    few = made_answers(90)  # 30 listings of each number of photos: too few for one bucket, enough for two
    assert [(low, len(known.logit)) for low, known in by_photo_count(few)] == [(1, 90)]


def test_thinning_out_leaves_the_asked_share() -> None:
    thin = thin_out(made_answers(), 0.1, seed=0)
    assert (int(thin.genuine.sum()), int((~thin.genuine).sum())) == (200, 22)


def test_log_loss_is_worked_by_hand() -> None:
    genuine, p = np.array([True, False]), np.array([0.5, 0.75])
    weight = np.array([[1.0, 1.0], [1.0, 0.0]])
    assert log_loss_weighted(genuine, p, weight) == pytest.approx([np.log(8) / 2, np.log(2)])


def test_listings_cut_to_one_photo_err_more_by_the_thresholds_of_all_than_by_those_of_one() -> None:
    answers = made_answers(3000)
    whole, by_all, by_own = one_photo.judge(answers, most=None, seed=0)

    def wrong(outcome: np.ndarray) -> int:
        return int((outcome == np.where(answers.genuine, one_photo.COUNTERFEIT, one_photo.GENUINE)).sum())

    assert wrong(whole) < 0.05 * 3000
    assert wrong(by_all) > 1.2 * wrong(by_own)
    assert ((by_own != one_photo.REVIEW) <= (by_all != one_photo.REVIEW)).all()  # stricter for every listing
