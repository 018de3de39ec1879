import numpy as np
import pytest

from benchmarks.detection.listing_rules import Listings, learned


def listings(*logits: list[float], counterfeit: list[bool], fold: list[int]) -> Listings:
    return Listings(
        logits=[np.array(photos) for photos in logits], counterfeit=np.array(counterfeit), fold=np.array(fold)
    )


def test_a_rule_is_applied_to_each_listings_own_photos() -> None:
    found = listings([1.0, 3.0], [-2.0], counterfeit=[False, True], fold=[0, 0])
    assert found.apply(lambda photos: float(photos.max())).tolist() == [3.0, -2.0]


def test_the_figure_is_the_mean_of_the_folds() -> None:
    found = listings([1.0], [2.0], [1.0], [2.0], counterfeit=[True, False, False, True], fold=[0, 0, 1, 1])
    suspicion = -found.apply(lambda photos: float(photos.mean()))
    weight = np.ones((1, 4))
    assert found.mean_of_folds(found.counterfeit, suspicion, weight)[0] == pytest.approx(0.5)  # folds of 1 and of 0


def test_what_is_learned_on_the_other_folds_ranks_this_one() -> None:
    rng = np.random.default_rng(0)
    counterfeit = np.arange(60) % 2 == 0
    logits = [list(rng.normal(-1 if fake else 1, 0.5, 3)) for fake in counterfeit]
    found = listings(*logits, counterfeit=counterfeit.tolist(), fold=[n % 3 for n in range(60)])
    logit = learned(found)
    assert logit[~counterfeit].min() > logit[counterfeit].max() - 0.5
    assert np.corrcoef(logit, [np.mean(photos) for photos in logits])[0, 1] > 0.95
