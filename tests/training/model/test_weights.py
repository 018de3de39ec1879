"""Weights on disk: what is saved, and what a network can start from."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.head_data import head_data_of
from tests.training.builders.network import linear_head, random_photos, small_ensemble, small_network
from training.errors import BackboneError
from training.model.network import Network, build_network
from training.model.weights import WEIGHTS_FILE, last_member, save_weights, start_from
from training.recipes.config import KernelConfig
from training.recipes.kernel_fit import fit_kernel_head
from vision.bundle.bundle import seal_bundle


def bundle_of(folder: Path, network: Network) -> Path:
    """A sealed bundle with the network's weights."""
    bundle = write_tiny_bundle(folder)
    save_weights(network, folder)
    seal_bundle(folder, bundle.metadata)
    return folder


def test_saved_weights_hold_every_tensor(tmp_path: Path) -> None:
    network = small_network()
    save_weights(network, tmp_path)
    saved = load_file(tmp_path / WEIGHTS_FILE)
    assert saved.keys() == network.state_dict().keys()
    torch.testing.assert_close(saved["head.linear.weight"], linear_head(network).linear.weight.detach())


def test_a_run_can_start_from_the_fine_tuned_member_of_an_ensemble(tmp_path: Path) -> None:
    ensemble = small_ensemble()
    save_weights(ensemble, tmp_path)
    state = last_member(load_file(tmp_path / WEIGHTS_FILE))
    fresh = small_network(seed=5)
    fresh.load_state_dict(state)
    photos = random_photos(2)
    with torch.inference_mode():
        torch.testing.assert_close(fresh(photos), ensemble.networks[-1](photos))


def test_a_kernel_head_is_not_saved_and_a_run_starts_from_the_features_under_it(tmp_path: Path) -> None:
    network = small_network()
    with torch.inference_mode():
        known = network.features(random_photos(12)).numpy()
    network.head = fit_kernel_head(head_data_of(known, np.arange(12) % 2 == 0), KernelConfig())
    bundle = bundle_of(tmp_path / "bundle", network)
    assert not any(name.startswith("head.") for name in load_file(bundle / WEIGHTS_FILE))
    fresh = small_network(seed=3)
    before = linear_head(fresh).linear.weight.detach().clone()
    assert not start_from(fresh, bundle)
    assert torch.equal(linear_head(fresh).linear.weight, before)
    for name, tensor in network.backbone.state_dict().items():
        assert torch.equal(fresh.backbone.state_dict()[name], tensor), name


def test_a_linear_head_comes_along(tmp_path: Path) -> None:
    network, fresh = small_network(), small_network(seed=3)
    assert start_from(fresh, bundle_of(tmp_path / "bundle", network))
    assert torch.equal(linear_head(fresh).linear.weight, linear_head(network).linear.weight)


def test_weights_of_other_taps_are_refused(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path / "bundle", small_network())
    with pytest.raises(BackboneError, match="do not fit: head"):
        start_from(build_network("test_efficientnet", "none", taps=(1, 2)), bundle)
