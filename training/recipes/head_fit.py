"""Fits the head that `model.head` names, on pooled features. The only place that knows which heads there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch

from training.model.combined import combine_with_novelty
from training.model.heads import KernelHead, LinearHead
from training.model.network import Network
from training.model.novelty import fit_novelty, fit_novelty_head
from training.recipes.config import FrozenConfig, RecipeConfig
from training.recipes.head_data import HeadData
from training.recipes.kernel_fit import fit_kernel_head, require_room_for
from training.recipes.linear_fit import fit_linear_head


def require_fit(rows: Sequence[int], config: RecipeConfig) -> None:
    """Raise RunError for more rows than the head can be fitted on: to be called before anything is trained."""
    if config.has_kernel:
        require_room_for(rows, config)


def attach_head(network: Network, data: HeadData, config: RecipeConfig) -> None:
    """Put the configured head on a network, and the novelty of the genuine photos beside it. Raises RunError."""
    if config.has_kernel:
        network.head = fit_kernel_head(data, config.kernel)
    else:
        attach_linear_head(network, data, config.frozen)
    attach_novelty(network, data)
    if config.model.novelty_weight:
        network.head = combine_with_novelty(
            network.head.eval(),
            data.features,
            data.genuine,
            data.listing,
            network.last_tap_columns,
            weight=config.model.novelty_weight,
        )


def attach_linear_head(network: Network, data: HeadData, config: FrozenConfig) -> None:
    """Fit the linear head that a new network has."""
    fitted = fit_linear_head(data.features, data.genuine, data.weights, config)
    head = cast(LinearHead, network.head)
    head.set_statistics(torch.from_numpy(fitted.mean), torch.from_numpy(fitted.scale))
    head.set_linear(torch.from_numpy(fitted.weight), fitted.bias)


def attach_novelty_head(network: Network, data: HeadData, config: RecipeConfig) -> None:
    """Put a head of novelty alone on a network, for genuine photos alone; product logits as the settings say."""
    product_head: KernelHead | None = fit_kernel_head(data, config.kernel) if config.has_kernel else None
    network.head = fit_novelty_head(data.features, data.listing, network.last_tap_columns, product_head)
    attach_novelty(network, data)


def attach_novelty(network: Network, data: HeadData) -> None:
    """Give a network the novelty of the genuine photos' features; none for too few of them."""
    network.novelty = fit_novelty(data.features[data.genuine], network.last_tap_columns)
