"""Figures worked by hand, held against scikit-learn where it defines the same thing, and intervals that behave."""

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import precision_recall_curve as sklearn_precision_recall
from sklearn.metrics import roc_curve as sklearn_roc

from training.statistics import scores as metrics

FAKE = np.array([True, True, False, False])


def made_answers(n: int = 400, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping classes with many ties."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.4
    return positive, np.round(rng.normal(0, 1, n) + positive, 1)


def test_auroc_counts_a_tie_half() -> None:
    # pairs: 0.9>0.5, 0.9>0.1, 0.5=0.5 (half), 0.5>0.1 -> 3.5 of 4
    assert metrics.auroc(FAKE, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(3.5 / 4)


def test_auroc_is_undefined_with_one_class() -> None:
    assert math.isnan(metrics.auroc(np.array([True, True]), np.array([0.1, 0.2])))
    assert math.isnan(metrics.auroc(np.zeros(0, bool), np.zeros(0)))


def test_average_precision_is_the_mean_precision_at_each_counterfeit() -> None:
    # ranks: fake (1/1), genuine, fake (2/3), genuine
    assert metrics.average_precision(FAKE, np.array([0.9, 0.5, 0.7, 0.1])) == pytest.approx((1 + 2 / 3) / 2)


def test_tpr_at_fpr_takes_the_first_genuine_value_beyond_the_allowed_share() -> None:
    positive = np.array([True] * 4 + [False] * 10)
    value = np.array([0.95, 0.85, 0.75, 0.05, *np.linspace(0.9, 0.0, 10)])
    assert metrics.tpr_at_fpr(positive, value, 0.0) == 0.25  # above 0.9: one
    assert metrics.tpr_at_fpr(positive, value, 0.10) == 0.5  # one genuine may exceed: above 0.8
    assert metrics.tpr_at_fpr(positive, value, 1.0) == 1.0  # above the least genuine value, 0.0


def test_a_counterfeit_tied_with_the_threshold_is_not_counted_as_found() -> None:
    assert metrics.tpr_at_fpr(FAKE, np.array([0.9, 0.5, 0.5, 0.1]), 0.0) == 0.5


def test_ece_weighs_each_bin_by_its_share() -> None:
    genuine = np.array([True, False, True, True])
    p = np.array([0.15, 0.15, 0.95, 0.85])
    # bin 1: |0.15 - 0.5| * 2/4; bin 9: 0.05 * 1/4; bin 8: 0.15 * 1/4
    assert metrics.ece(genuine, p) == pytest.approx(0.35 / 2 + 0.05 / 4 + 0.15 / 4)


def test_an_authenticity_of_exactly_one_falls_in_the_last_bin() -> None:
    assert metrics.ece(np.array([True]), np.array([1.0])) == 0.0


def test_brier_is_the_mean_squared_error() -> None:
    assert metrics.brier(np.array([True, False]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)


def test_the_figures_agree_with_scikit_learn_on_tied_data() -> None:
    positive, value = made_answers()
    assert metrics.auroc(positive, value) == pytest.approx(roc_auc_score(positive, value))
    assert metrics.average_precision(positive, value) == pytest.approx(average_precision_score(positive, value))
    p = 1 / (1 + np.exp(-value))
    assert metrics.brier(positive, p) == pytest.approx(brier_score_loss(positive, p))


def test_the_curves_agree_with_scikit_learn() -> None:
    positive, value = made_answers(60)
    fpr, tpr, _ = sklearn_roc(positive, value, drop_intermediate=False)
    curve = metrics.roc_curve(positive, value)
    np.testing.assert_allclose(curve.x, fpr)
    np.testing.assert_allclose(curve.y, tpr)
    precision, recall, _ = sklearn_precision_recall(positive, value)
    ours = metrics.precision_recall_curve(positive, value)
    np.testing.assert_allclose(ours.y, precision[:-1][::-1])
    np.testing.assert_allclose(ours.x, recall[:-1][::-1])


@pytest.mark.parametrize(
    "figure",
    [metrics.auroc_weighted, metrics.average_precision_weighted, metrics.tpr_at_fpr_weighted(0.05)],
)
def test_a_weight_means_as_many_copies(figure: metrics.WeightedFigure) -> None:
    positive, value = made_answers(80)
    copies = np.random.default_rng(1).integers(0, 4, 80)
    repeated = figure(np.repeat(positive, copies), np.repeat(value, copies), np.ones((1, copies.sum())))
    assert figure(positive, value, copies[None].astype(float))[0] == pytest.approx(repeated[0])


def test_ece_and_brier_take_weights_as_copies_too() -> None:
    positive, value = made_answers(80)
    p, copies = 1 / (1 + np.exp(-value)), np.random.default_rng(1).integers(0, 4, 80)
    for figure in (metrics.ece_weighted(), metrics.brier_weighted):
        repeated = figure(np.repeat(positive, copies), np.repeat(p, copies), np.ones((1, copies.sum())))
        assert figure(positive, p, copies[None].astype(float))[0] == pytest.approx(repeated[0])


def test_the_bootstrap_gives_the_interval_that_resampling_by_hand_gives() -> None:
    positive, value = made_answers()
    rng = np.random.default_rng(0)
    by_hand = [metrics.auroc(positive[i], value[i]) for i in (rng.integers(0, 400, 400) for _ in range(1000))]
    interval = metrics.bootstrap_interval(metrics.auroc_weighted, positive, value)
    assert (interval.low, interval.high) == pytest.approx(tuple(np.percentile(by_hand, (2.5, 97.5))), abs=0.006)


def test_copies_of_a_listing_s_photo_don_t_narrow_the_interval() -> None:
    positive, value = made_answers(100)
    listing = np.arange(100)
    one = metrics.bootstrap_interval(metrics.auroc_weighted, positive, value, listing)
    ten = metrics.bootstrap_interval(
        metrics.auroc_weighted, np.repeat(positive, 10), np.repeat(value, 10), np.repeat(listing, 10)
    )
    assert (ten.low, ten.high) == pytest.approx((one.low, one.high))


def test_the_bootstrap_is_the_same_for_the_same_seed_and_in_any_chunking(monkeypatch: pytest.MonkeyPatch) -> None:
    positive, value = made_answers(50)
    once = metrics.bootstrap_interval(metrics.auroc_weighted, positive, value, rounds=100)
    monkeypatch.setattr(metrics, "_MAX_WEIGHTS", 50 * 7)
    assert metrics.bootstrap_interval(metrics.auroc_weighted, positive, value, rounds=100) == once


def test_an_interval_of_nothing_is_undefined() -> None:
    interval = metrics.bootstrap_interval(metrics.auroc_weighted, np.ones(5, bool), np.arange(5.0))
    assert math.isnan(interval.low)
    assert math.isnan(metrics.bootstrap_interval(metrics.auroc_weighted, np.zeros(0, bool), np.zeros(0)).high)


def test_the_paired_interval_of_an_answer_with_itself_is_zero() -> None:
    positive, value = made_answers()
    same = metrics.paired_bootstrap(metrics.auroc_weighted, positive, value, value)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_pairing_finds_a_small_gain_that_two_intervals_apart_would_hide() -> None:
    positive, value = made_answers()
    better = value + 0.15 * positive
    gain = metrics.paired_bootstrap(metrics.auroc_weighted, positive, value, better)
    assert gain.value == pytest.approx(metrics.auroc(positive, better) - metrics.auroc(positive, value))
    assert 0 < gain.low < gain.value < gain.high
    apart = metrics.bootstrap_interval(metrics.auroc_weighted, positive, value)
    assert metrics.auroc(positive, better) < apart.high


def test_answers_of_different_lengths_can_t_be_paired() -> None:
    with pytest.raises(ValueError, match="same items"):
        metrics.paired_bootstrap(metrics.auroc_weighted, FAKE, np.zeros(4), np.zeros(3))


def test_the_wilson_interval_keeps_its_width_at_no_hits() -> None:
    interval = metrics.wilson_interval(0, 20)
    assert interval.low == 0.0
    assert interval.high == pytest.approx(0.161, abs=0.001)  # z²/(n+z²)


def test_reliability_bins_hold_every_item_once() -> None:
    positive, value = made_answers()
    p = 1 / (1 + np.exp(-value))
    bins = metrics.reliability(positive, p)
    assert sum(b.n for b in bins) == 400
    assert sum(b.n * abs(b.p_mean - b.genuine_share) for b in bins) / 400 == pytest.approx(metrics.ece(positive, p))
    assert all(b.low <= b.genuine_share <= b.high for b in bins)


def test_the_chance_ece_shrinks_with_more_listings() -> None:
    few, many = (metrics.ece_if_perfect(np.random.default_rng(0).random(n), rounds=100) for n in (50, 2000))
    assert 0 < many < few / 3
