import numpy as np
import pytest
import torch

from tests.training.builders.head_data import head_data_of
from tests.training.builders.heads import features, linear
from tests.training.builders.network import random_photos, small_network_with_foreground
from training.model.combined import CombinedHead, combine_with_novelty
from training.model.heads import Head, KernelHead
from training.model.novelty import fit_novelty
from training.recipes.config import KernelConfig
from training.recipes.kernel_fit import fit_kernel_head

COLUMNS = [slice(2, 7), slice(15, 20)]
GENUINE = np.arange(200) % 4 != 0


def kernel() -> KernelHead:
    return fit_kernel_head(head_data_of(features(200).numpy(), GENUINE), KernelConfig())


def combined(classifier: Head, weight: float = 0.5) -> Head:
    listing = np.arange(200) // 2
    return combine_with_novelty(classifier, features(200).numpy(), GENUINE, listing, COLUMNS, weight=weight)


@pytest.mark.parametrize("classifier", [linear(), kernel()], ids=["linear", "kernel"])
def test_a_photos_weights_and_the_bias_add_up_to_its_logit(classifier: Head) -> None:
    head = combined(classifier)
    photos = features(20, seed=1) * 2  # further out than anything that was fitted
    with torch.inference_mode():
        total = (head.weights(photos) * (photos - head.mean)).sum(1) + head.evidence_bias
        torch.testing.assert_close(total, head(photos), atol=2e-4, rtol=1e-4)


def test_it_is_the_classifiers_logit_less_the_standardised_distance() -> None:
    classifier = linear()
    head = combined(classifier, weight=0.5)
    assert isinstance(head, CombinedHead)
    novelty = fit_novelty(features(200).numpy()[GENUINE], COLUMNS)
    assert novelty is not None
    photos = features(500, seed=3)
    with torch.inference_mode():
        unit = classifier(features(200)).square().mean().sqrt()
        lowered = (classifier(photos) - head(photos)) / (0.5 * unit)  # in deviations of held-out genuine photos
        distance = novelty(photos).sqrt()
    assert abs(float(lowered.mean())) < 0.3
    assert 0.6 < float(lowered.std()) < 1.5
    assert float(torch.corrcoef(torch.stack([lowered, distance]))[0, 1]) > 0.9999


def test_what_the_classifier_takes_for_genuine_is_lowered_where_it_is_unlike_genuine_photos() -> None:
    classifier, head = kernel(), combined(kernel())
    strange = features(50, seed=6)
    strange[:, 2:7] += 8
    with torch.inference_mode():
        fell = classifier(strange) - head(strange)
        usual = classifier(features(50, seed=6)) - head(features(50, seed=6))
    assert float(fell.min()) > float(usual.max())


def test_too_few_genuine_photos_leave_the_classifier_as_it_is() -> None:
    classifier = linear()
    few = np.arange(200) < 12
    listing = np.arange(200)
    assert combine_with_novelty(classifier, features(200).numpy(), few, listing, COLUMNS, weight=1) is classifier


def test_a_kernels_product_logits_pass_and_a_linear_head_has_none() -> None:
    classifier = kernel()
    photos = features(5, seed=2)
    with torch.inference_mode():
        passed = combined(classifier).product_logit(photos)
        own = classifier.product_logit(photos)
    assert passed is not None
    assert own is not None
    torch.testing.assert_close(passed, own)
    assert combined(linear()).product_logit(photos) is None


def test_the_evidence_within_the_foreground_sums_to_the_logit_less_the_bias() -> None:
    network = small_network_with_foreground()
    with torch.inference_mode():
        known = network.features(random_photos(60, seed=1)).numpy()
    genuine = np.arange(60) % 2 == 0
    classifier = fit_kernel_head(head_data_of(known, genuine), KernelConfig())
    columns = network.last_tap_columns
    network.head = combine_with_novelty(classifier, known, genuine, np.arange(60) // 2, columns, weight=0.5)
    assert isinstance(network.head, CombinedHead)
    with torch.inference_mode():
        outputs = network.forward_all(random_photos(3, seed=2))
    torch.testing.assert_close(
        outputs.evidence.sum((1, 2)) + network.evidence_bias, outputs.logit, atol=2e-4, rtol=1e-4
    )
