import numpy as np
import pytest
import torch

from training.errors import RunError
from training.model.novelty import MIN_PHOTOS, Novelty, NoveltyHead, fit_novelty, fit_novelty_head


def novelty_of(part: Novelty | None, features: list[list[float]]) -> list[float]:
    assert part is not None
    with torch.inference_mode():
        return [float(value) for value in part(torch.tensor(features))]


def test_it_is_the_squared_distance_in_units_of_how_genuine_photos_vary() -> None:
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(4000, 2)).astype(np.float32)
    features = np.c_[plane[:, 0] * 3, plane[:, 1] * 0.5 + 10, rng.normal(size=4000)].astype(np.float32)
    part = fit_novelty(features, [slice(0, 1), slice(1, 2)])  # the third feature is not used
    found = novelty_of(part, [[0, 10, 99], [3, 10, 0], [0, 10.5, 0], [6, 11, 0]])
    np.testing.assert_allclose(found, [0, 0.5, 0.5, 4], atol=0.3)


def test_what_varies_together_is_novel_when_it_varies_apart() -> None:
    rng = np.random.default_rng(1)
    same = rng.normal(size=2000)
    features = np.c_[same, same + rng.normal(0, 0.3, 2000)].astype(np.float32)
    together, apart = novelty_of(fit_novelty(features, [slice(0, 2)]), [[1.5, 1.5], [1.5, -1.5]])
    assert apart > 10 * together


@pytest.mark.parametrize("count", [0, 1, MIN_PHOTOS - 1])
def test_too_few_genuine_photos_give_no_novelty(count: int) -> None:
    assert fit_novelty(np.zeros((count, 4), np.float32), [slice(0, 4)]) is None


def test_features_that_never_change_make_no_infinities() -> None:
    part = fit_novelty(np.ones((40, 3), np.float32), [slice(0, 3)])
    assert np.isfinite(novelty_of(part, [[1, 1, 1], [1, 1, 2]])).all()


def gamma_features(n: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).gamma(2, 1, (n, 24)).astype(np.float32))


def head() -> NoveltyHead:
    columns = [slice(2, 7), slice(15, 20)]
    return fit_novelty_head(gamma_features(200).numpy(), np.arange(200) // 2, columns, product_head=None)


def test_genuine_photos_that_were_not_fitted_have_a_standard_logit() -> None:
    with torch.inference_mode():
        logit = head()(gamma_features(2000, seed=5))
    assert abs(float(logit.mean())) < 0.3
    assert 0.6 < float(logit.std()) < 1.5


def test_what_is_unlike_genuine_photos_has_a_lower_logit() -> None:
    with torch.inference_mode():
        assert float(head()(gamma_features(50, seed=6) + 6).max()) < float(head()(gamma_features(50, seed=6)).median())


def test_novelty_of_too_few_photos_is_refused() -> None:
    with pytest.raises(RunError, match="12 photos are too few"):
        fit_novelty_head(gamma_features(12).numpy(), np.arange(12), [slice(0, 4)], product_head=None)
