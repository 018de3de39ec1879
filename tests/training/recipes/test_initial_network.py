"""The network before training is the same for one seed, and has the weights that the settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.network import linear_head
from tests.training.builders.recipe_config import TINY_MODEL, recipe_config
from training.model.weights import save_weights
from training.recipes.initial_network import initial_network, initial_network_and_head
from vision.bundle.bundle import seal_bundle


def test_one_seed_gives_one_network_and_another_seed_another(tmp_path: Path) -> None:
    config = recipe_config(tmp_path)
    first, again, other = (initial_network(c).state_dict() for c in (config, config, replace(config, seed=1)))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_a_new_network_has_no_fitted_head_and_is_in_evaluation_mode(tmp_path: Path) -> None:
    network, has_head = initial_network_and_head(recipe_config(tmp_path))
    assert not has_head
    assert not network.training
    assert not linear_head(network).linear.weight.any()


def test_a_network_starts_from_a_bundle_s_weights_with_their_head(tmp_path: Path) -> None:
    fitted = initial_network(replace(recipe_config(tmp_path), seed=5))
    width = linear_head(fitted).linear.weight.shape[1]
    linear_head(fitted).set_linear(torch.ones(width), 0.5)
    bundle = write_tiny_bundle(tmp_path / "bundle")
    save_weights(fitted, bundle.folder)
    seal_bundle(bundle.folder, bundle.metadata)
    config = recipe_config(tmp_path, model=replace(TINY_MODEL, init=bundle.folder))
    network, has_head = initial_network_and_head(config)
    assert has_head
    for name, tensor in fitted.state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor), name
