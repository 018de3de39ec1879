import copy

import pytest
import torch

from tests.training.builders.network import (
    linear_head,
    random_photos,
    small_network,
    small_network_with_foreground,
)
from training.model.foreground_head import ForegroundHead
from training.model.network import Network, build_network


def test_the_evidence_sums_to_the_logit_less_its_bias() -> None:
    network = small_network()
    with torch.inference_mode():
        outputs = network.forward_all(random_photos(3))
    total = outputs.evidence.sum((1, 2)) + linear_head(network).linear.bias
    assert outputs.evidence.shape == (3, 2, 2)
    torch.testing.assert_close(total, outputs.logit, atol=1e-5, rtol=1e-5)
    assert outputs.logit.std() > 1e-4


def test_the_evidence_moves_where_the_photo_changes() -> None:
    network = small_network()
    photos = random_photos(1).repeat(2, 1, 1, 1)
    photos[1, 40:, 40:] = 255
    with torch.inference_mode():
        before, after = network.forward_all(photos).evidence
    change = (after - before).abs()
    assert change[1, 1] > 2 * change[0, 0]


def test_training_and_export_compute_the_same_logit() -> None:
    network = small_network()
    photos = random_photos(2)
    with torch.inference_mode():
        torch.testing.assert_close(network(photos), network.forward_all(photos).logit)


def test_embeddings_have_unit_length() -> None:
    with torch.inference_mode():
        embedding = small_network().forward_all(random_photos(4)).embedding
    torch.testing.assert_close(embedding.norm(dim=1), torch.ones(4))


def test_the_pooled_features_are_means_then_standard_deviations() -> None:
    network = small_network()
    photos = random_photos(2)
    with torch.inference_mode():
        features = network.features(photos)
        maps = network.maps(photos)
    means = torch.cat([m.mean((2, 3)) for m in maps], 1)
    spreads = torch.cat([m.std((2, 3), unbiased=False) for m in maps], 1)
    torch.testing.assert_close(features, torch.cat([means, spreads], 1), atol=5e-3, rtol=1e-3)


def test_every_weight_of_the_backbone_belongs_to_one_stage() -> None:
    network = small_network()
    in_stages = [id(p) for stage in network.stages for module in stage for p in module.parameters(recurse=False)]
    assert sorted(in_stages) == sorted(id(p) for p in network.backbone.parameters())
    assert len(network.stages) >= 3


def test_evidence_sums_to_the_logit_with_a_foreground_too() -> None:
    network = small_network_with_foreground()
    with torch.inference_mode():
        outputs = network.forward_all(random_photos(3))
    total = outputs.evidence.sum((1, 2)) + network.evidence_bias
    torch.testing.assert_close(total, outputs.logit, atol=1e-5, rtol=1e-5)
    assert outputs.foreground is not None
    assert outputs.foreground.shape == outputs.evidence.shape
    assert outputs.foreground.std() > 0.01


def place_product(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the foreground be the upper left quarter of every photo."""
    head = network.foreground_head
    assert head is not None
    quarter = torch.zeros(1, 8, 8)
    quarter[:, :4, :4] = 1
    monkeypatch.setattr(head, "forward", lambda x: quarter.expand(len(x), 8, 8))


def test_only_the_foreground_is_pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network_with_foreground()
    place_product(network, monkeypatch)
    photos = random_photos(2)
    with torch.inference_mode():
        outputs = network.forward_all(photos)
        features = network.features(photos)
        maps = network.maps(photos)
    own = [m[..., : m.shape[-2] // 2, : m.shape[-1] // 2] for m in maps]
    means, spreads = [m.mean((2, 3)) for m in own], [m.std((2, 3), unbiased=False) for m in own]
    torch.testing.assert_close(features, torch.cat([*means, *spreads], 1), atol=5e-3, rtol=1e-3)
    mass = outputs.evidence.abs()
    assert (mass[:, 0, 0] / mass.sum((1, 2)) > 0.99).all()


def test_surroundings_are_hidden_from_the_stages_behind_the_foregrounds_map(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network_with_foreground()
    place_product(network, monkeypatch)
    first = random_photos(1)
    other = first.clone()
    other[:, 56:, 56:] = 255 - other[:, 56:, 56:]  # seen by no place of the product on the map that is hidden
    with torch.inference_mode():
        *before, last = network.maps(first)
        *before_other, last_other = network.maps(other)
    assert not torch.equal(before[0], before_other[0])
    assert torch.equal(last_other, last)
    network.foreground_head = None
    with torch.inference_mode():
        assert not torch.allclose(network.maps(other)[-1], network.maps(first)[-1], atol=1e-4)


def test_a_copy_hides_by_its_own_foreground() -> None:
    network = small_network_with_foreground()
    photos = random_photos(1)
    with torch.inference_mode():
        before = network(photos)
        other = copy.deepcopy(network)
        assert other.foreground_head is not None
        other.foreground_head.answer.bias.fill_(-3.0)
        assert not torch.allclose(other(photos), before)
        torch.testing.assert_close(network(photos), before)


@pytest.mark.parametrize("name", ["resnet18", "convnext_atto", "mobilenetv3_small_050", "regnetx_002"])
def test_surroundings_are_hidden_in_backbones_of_other_families(name: str) -> None:
    network = build_network(name, "none", taps=(-3, -2, -1)).eval()
    network.foreground_head = ForegroundHead(width=network.widths[network.foreground_map], hidden=4)
    with torch.inference_mode():
        network.foreground_head.answer.bias.fill_(-3.0)  # little is shown
        hidden = network.maps(random_photos(1))
        network.foreground_head = None
        shown = network.maps(random_photos(1))
    changed = [not torch.equal(one, other) for one, other in zip(hidden, shown, strict=True)]
    assert changed == [False, False, True, True]


def test_a_photo_without_foreground_is_pooled_evenly() -> None:
    network = small_network_with_foreground()
    photos = random_photos(2)
    assert network.foreground_head is not None
    with torch.inference_mode():
        network.foreground_head.answer.weight.zero_()
        network.foreground_head.answer.bias.fill_(-50.0)
        maps = network.maps(photos)
        means = torch.cat([m.mean((2, 3)) for m in maps], 1)
        torch.testing.assert_close(network.features(photos)[:, : means.shape[1]], means, atol=1e-4, rtol=1e-4)


def test_labels_teach_the_foreground_head_nothing() -> None:
    network = small_network_with_foreground()
    network(random_photos(2)).sum().backward()
    assert network.foreground_head is not None
    assert all(parameter.grad is None for parameter in network.foreground_head.parameters())
    assert any(bool(parameter.grad.any()) for parameter in network.backbone.parameters() if parameter.grad is not None)
