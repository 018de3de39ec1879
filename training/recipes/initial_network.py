"""The network before training: the backbone's pretrained weights, or those of `model.init`."""

from __future__ import annotations

import torch

from training.model.network import Network, build_network
from training.model.weights import start_from
from training.recipes.config import RecipeConfig


def initial_network(config: RecipeConfig) -> Network:
    """The network in evaluation mode. Raises BackboneError."""
    return initial_network_and_head(config)[0]


def initial_network_and_head(config: RecipeConfig) -> tuple[Network, bool]:
    """The network, and whether its head is fitted already. Raises BackboneError."""
    model = config.model
    torch.manual_seed(config.seed)
    pretrained = "none" if model.init else model.pretrained
    network = build_network(model.backbone, pretrained, taps=model.taps)
    has_head = start_from(network, model.init) if model.init else False
    return network.eval(), has_head
