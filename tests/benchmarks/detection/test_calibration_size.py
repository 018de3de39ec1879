"""The benchmark of calibration sets: what it draws, and that it tells a calibrated score from a wrong one."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.detection.calibration_size import draw_splits, measure_sizes, read_scores


def made_scores(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, n)
    return true, rng.random(n) < 1 / (1 + np.exp(-true))


def test_scores_are_the_logits_of_what_was_answered(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("listing,label,authenticity\na,genuine,0.9\nb,counterfeit,0.1\nc,counterfeit,\nd,genuine,1\n")
    score, genuine = read_scores(file)
    assert score == pytest.approx([np.log(9), -np.log(9), 13.8155], abs=1e-3)
    assert genuine.tolist() == [True, False, True]


def test_calibrating_and_test_listings_are_apart_and_keep_the_shares_of_the_labels() -> None:
    genuine = np.arange(100) < 40
    drawn = list(draw_splits(genuine, 50, 30, draws=5, seed=3))
    for known, asked in drawn:
        assert not set(known) & set(asked)
        assert (len(known), genuine[known].sum()) == (50, 20)
        assert (len(asked), genuine[asked].sum()) == (30, 12)
    assert len({tuple(known) for known, _ in drawn}) == 5


def test_more_listings_calibrate_better_and_a_good_fit_is_seldom_beyond_chance() -> None:
    score, genuine = made_scores(3000)
    found = {
        (one.calibrator, one.listings): one
        for one in measure_sizes(3 * score, genuine, (20, 2000), test_listings=300, draws=40, seed=0)
    }
    small, large = found["Platt, as in bundles", 20], found["Platt, as in bundles", 2000]
    assert large.log_loss < small.log_loss
    assert large.ece_median < small.ece_median
    assert large.beyond_chance <= 0.15 < small.beyond_chance


def test_a_calibrator_that_cannot_express_the_shift_is_beyond_chance() -> None:
    score, genuine = made_scores(3000)
    found = measure_sizes(score + 2, genuine, (2000,), test_listings=300, draws=20, seed=0)
    assert {one.calibrator: one.beyond_chance for one in found}["temperature"] == 1.0
