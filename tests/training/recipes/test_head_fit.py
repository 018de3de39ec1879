"""The head that the settings name ends up on the network, and is the one that its own fit gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from tests.training.builders.head_data import head_data_of
from tests.training.builders.network import linear_head, small_network
from tests.training.builders.recipe_config import TINY_MODEL, recipe_config
from training.errors import RunError
from training.model.combined import CombinedHead
from training.model.heads import KernelHead
from training.model.network import Network
from training.model.novelty import NoveltyHead
from training.recipes.config import RecipeConfig
from training.recipes.head_data import HeadData
from training.recipes.head_fit import attach_head, attach_linear_head, attach_novelty_head, require_fit
from training.recipes.kernel_fit import MAX_SUPPORT, fit_kernel_head
from training.recipes.linear_fit import fit_linear_head

LINEAR = recipe_config(Path("cache"))
KERNEL = recipe_config(Path("cache"), model=replace(TINY_MODEL, head="kernel"))


def data_for(network: Network, photos: int = 40, *, all_genuine: bool = False) -> HeadData:
    """Features as wide as the network's; genuine photos lie higher in the first."""
    genuine = np.ones(photos, bool) if all_genuine else np.arange(photos) % 2 == 0
    features = np.random.default_rng(0).normal(size=(photos, 2 * sum(network.widths))).astype(np.float32)
    features[:, 0] += 2 * genuine
    return head_data_of(features, genuine)


def test_a_linear_head_is_fitted_in_place() -> None:
    network = small_network()
    data = data_for(network)
    attach_head(network, data, LINEAR)
    fitted = fit_linear_head(data.features, data.genuine, data.weights, LINEAR.frozen)
    torch.testing.assert_close(linear_head(network).linear.weight[0], torch.from_numpy(fitted.weight))
    assert linear_head(network).evidence_bias == pytest.approx(fitted.bias)
    assert network.novelty is not None


def test_a_kernel_head_takes_the_linear_one_s_place() -> None:
    network = small_network()
    data = data_for(network)
    attach_head(network, data, KERNEL)
    assert isinstance(network.head, KernelHead)
    torch.testing.assert_close(network.head.vote, fit_kernel_head(data, KERNEL.kernel).vote)
    assert network.novelty is not None


def test_fine_tuning_starts_from_a_linear_head_without_novelty() -> None:
    network = small_network()
    attach_linear_head(network, data_for(network), LINEAR.frozen)
    assert network.novelty is None


@pytest.mark.parametrize(("config", "has_product_head"), [(LINEAR, False), (KERNEL, True)])
def test_genuine_photos_alone_give_novelty_and_a_kernel_s_product_logits(
    config: RecipeConfig, has_product_head: bool
) -> None:
    network = small_network()
    attach_novelty_head(network, data_for(network, all_genuine=True), config)
    assert isinstance(network.head, NoveltyHead)
    assert (network.head.product_head is not None) == has_product_head


def test_more_photos_than_a_kernel_can_compare_are_refused_before_anything_is_trained() -> None:
    with pytest.raises(RunError, match=r"set model\.head = 'linear'"):
        require_fit(range(MAX_SUPPORT + 1), KERNEL)
    require_fit(range(MAX_SUPPORT + 1), LINEAR)


@pytest.mark.parametrize("head", ["linear", "kernel"])
def test_a_novelty_weight_puts_novelty_into_the_logit_and_none_leaves_it_apart(
    head: Literal["linear", "kernel"],
) -> None:
    network = small_network()
    data = data_for(network, photos=80)
    attach_head(network, data, recipe_config(Path("cache"), model=replace(TINY_MODEL, head=head, novelty_weight=0.2)))
    assert isinstance(network.head, CombinedHead)
    assert network.novelty is not None
    attach_head(network := small_network(), data, recipe_config(Path("cache"), model=replace(TINY_MODEL, head=head)))
    assert not isinstance(network.head, CombinedHead)
