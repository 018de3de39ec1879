import numpy as np
import pytest

from training.recipes.config import FrozenConfig
from training.recipes.linear_fit import balanced_weights, fit_linear_head
from vision.errors import ConfigError


def test_the_head_finds_the_direction_that_separates_the_labels() -> None:
    rng = np.random.default_rng(0)
    genuine = np.arange(200) % 2 == 0
    features = rng.normal(3, 2, (200, 10)).astype(np.float32)
    features[:, 4] += 3 * genuine
    head = fit_linear_head(features, genuine, np.ones(200), FrozenConfig(c=0.1))
    logit = head.logit(features)
    assert np.argmax(np.abs(head.weight)) == 4
    assert logit[genuine].mean() > 0 > logit[~genuine].mean()


def test_each_product_has_as_much_genuine_as_counterfeit_weight() -> None:
    genuine = np.array([True, True, True, False, True, False])
    products = np.array(["a", "a", "a", "a", "b", "b"])
    weights = balanced_weights(genuine, products)
    for product, share in (("a", 4 / 6), ("b", 2 / 6)):
        own = products == product
        assert weights[own & genuine].sum() == pytest.approx(weights[own & ~genuine].sum())
        assert weights[own].sum() / weights.sum() == pytest.approx(share)
    assert weights.mean() == pytest.approx(1)


def test_a_penalty_that_is_not_above_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="c is 0"):
        FrozenConfig(c=0)
