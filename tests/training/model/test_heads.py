import numpy as np
import pytest
import torch

from tests.training.lessons import lesson_of
from tests.training.small_network import random_photos, small_network
from training.errors import RunError
from training.model.heads import KernelHead, LinearHead
from training.model.network import Head
from training.model.novelty import NoveltyHead, fit_novelty_head
from training.recipes.kernel_fit import KernelConfig, fit_kernel_head

FEATURES = 24


def features(n: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).gamma(2, 1, (n, FEATURES)).astype(np.float32))


def linear() -> LinearHead:
    torch.manual_seed(0)
    head = LinearHead(FEATURES, 0.2).eval()
    head.set_statistics(features(50).mean(0), features(50).std(0))
    head.set_linear(torch.randn(FEATURES), 0.3)
    return head


def kernel(width: float = 1.0) -> KernelHead:
    genuine = np.arange(50) % 3 == 0
    return fit_kernel_head(lesson_of(features(50).numpy(), genuine), KernelConfig(width=width))


def novelty() -> NoveltyHead:
    columns = [slice(2, 7), slice(15, 20)]
    return fit_novelty_head(features(200).numpy(), np.arange(200) // 2, columns, likeness=None)


@pytest.mark.parametrize(
    "head", [linear(), kernel(), kernel(0.3), novelty()], ids=["linear", "kernel", "narrowest kernel", "novelty"]
)
def test_a_photos_weights_and_the_bias_add_up_to_its_logit(head: Head) -> None:
    assert head.mean.shape == (FEATURES,)
    photos = features(20, seed=1) * 2  # further out than anything that was fitted
    with torch.inference_mode():
        total = (head.weights(photos) * (photos - head.mean)).sum(1) + head.evidence_bias
        torch.testing.assert_close(total, head(photos), atol=5e-5, rtol=1e-5)
        assert head(photos).std() > 0.01


def test_a_shrunk_head_says_the_same_less_surely() -> None:
    head = linear()
    with torch.inference_mode():
        before = head(features(5))
        head.shrink(0.3)
        torch.testing.assert_close(head(features(5)), 0.3 * before)


def test_the_kernel_is_the_sum_of_its_votes() -> None:
    head = kernel()
    photo = features(1, seed=2)[0].double().numpy()
    z = (photo - head.mean.double().numpy()) / head.scale.double().numpy()
    support = head.support.double().numpy() * head.step.double().numpy()
    closeness = np.exp(-((z - support) ** 2).sum(1) / (2 * FEATURES))
    expected = closeness @ head.vote.double().numpy() + float(head.bias)
    with torch.inference_mode():
        assert float(head(torch.from_numpy(photo).float()[None])) == pytest.approx(expected, abs=1e-5)


def test_the_evidence_of_a_kernel_sums_to_the_logit_less_its_bias() -> None:
    network = small_network()
    with torch.inference_mode():
        known = network.features(random_photos(30, seed=1)).numpy()
        network.head = fit_kernel_head(lesson_of(known, np.arange(30) % 2 == 0), KernelConfig())
        outputs = network.forward_all(random_photos(3, seed=2))
    assert outputs.evidence.shape == (3, 2, 2)
    torch.testing.assert_close(
        outputs.evidence.sum((1, 2)) + network.evidence_bias, outputs.logit, atol=1e-5, rtol=1e-5
    )
    assert outputs.evidence.std() > 1e-3


def test_genuine_photos_that_were_not_fitted_have_a_standard_logit() -> None:
    with torch.inference_mode():
        logit = novelty()(features(2000, seed=5))
    assert abs(float(logit.mean())) < 0.3
    assert 0.6 < float(logit.std()) < 1.5


def test_what_is_unlike_genuine_photos_has_a_lower_logit() -> None:
    with torch.inference_mode():
        assert float(novelty()(features(50, seed=6) + 6).max()) < float(novelty()(features(50, seed=6)).median())


def test_novelty_of_too_few_photos_is_refused() -> None:
    with pytest.raises(RunError, match="12 photos are too few"):
        fit_novelty_head(features(12).numpy(), np.arange(12), [slice(0, 4)], likeness=None)
