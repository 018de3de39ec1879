import numpy as np
import pytest
import torch

from tests.training.builders.head_data import head_data_of
from tests.training.builders.heads import FEATURES, features, linear
from tests.training.builders.network import random_photos, small_network
from training.model.heads import Head, KernelHead
from training.model.novelty import NoveltyHead, fit_novelty_head
from training.recipes.config import KernelConfig
from training.recipes.kernel_fit import fit_kernel_head


def kernel(width: float = 1.0) -> KernelHead:
    genuine = np.arange(50) % 3 == 0
    return fit_kernel_head(head_data_of(features(50).numpy(), genuine), KernelConfig(width=width))


def novelty() -> NoveltyHead:
    columns = [slice(2, 7), slice(15, 20)]
    return fit_novelty_head(features(200).numpy(), np.arange(200) // 2, columns, product_head=None)


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


def test_a_shrunk_head_scales_every_logit() -> None:
    head = linear()
    with torch.inference_mode():
        before = head(features(5))
        head.shrink(0.3)
        torch.testing.assert_close(head(features(5)), 0.3 * before)


def test_a_kernel_logit_is_the_kernel_times_the_dual_coefficients() -> None:
    head = kernel()
    photo = features(1, seed=2)[0].double().numpy()
    z = (photo - head.mean.double().numpy()) / head.scale.double().numpy()
    support = head.support.double().numpy() * head.step.double().numpy()
    similarity = np.exp(-((z - support) ** 2).sum(1) / (2 * FEATURES))
    expected = similarity @ head.vote.double().numpy() + float(head.bias)
    with torch.inference_mode():
        assert float(head(torch.from_numpy(photo).float()[None])) == pytest.approx(expected, abs=1e-5)


def test_the_evidence_of_a_kernel_sums_to_the_logit_less_its_bias() -> None:
    network = small_network()
    with torch.inference_mode():
        known = network.features(random_photos(30, seed=1)).numpy()
        network.head = fit_kernel_head(head_data_of(known, np.arange(30) % 2 == 0), KernelConfig())
        outputs = network.forward_all(random_photos(3, seed=2))
    assert outputs.evidence.shape == (3, 2, 2)
    torch.testing.assert_close(
        outputs.evidence.sum((1, 2)) + network.evidence_bias, outputs.logit, atol=1e-5, rtol=1e-5
    )
    assert outputs.evidence.std() > 1e-3
