"""Figures worked by hand, and held against scikit-learn where it defines the same thing."""

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


def test_reliability_bins_hold_every_item_once() -> None:
    positive, value = made_answers()
    p = 1 / (1 + np.exp(-value))
    bins = metrics.reliability(positive, p)
    assert sum(b.genuine.n for b in bins) == 400
    assert sum(b.genuine.n * abs(b.p_mean - b.genuine.value) for b in bins) / 400 == pytest.approx(
        metrics.ece(positive, p)
    )
    assert all(b.genuine.low <= b.genuine.value <= b.genuine.high for b in bins)


def test_the_chance_ece_shrinks_with_more_listings() -> None:
    few, many = (metrics.ece_if_perfect(np.random.default_rng(0).random(n), rounds=100) for n in (50, 2000))
    assert 0 < many < few / 3
