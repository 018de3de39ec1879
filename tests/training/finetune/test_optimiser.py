from dataclasses import replace

import pytest
import torch
from torch import nn

from tests.training.builders.finetune_run import CONFIG, build_tiny_network
from tests.training.builders.network import linear_head
from training.errors import TrainingError
from training.finetune.optimiser import build_optimiser, freeze_stages, set_learning_rate, set_training_mode
from training.foreground.head_fit import new_foreground_head

PHOTOS = torch.arange(2 * 64 * 64 * 3).reshape(2, 64, 64, 3).to(torch.uint8)


def norms_of(modules: list[nn.Module]) -> list[nn.BatchNorm2d]:
    return [module for module in modules if isinstance(module, nn.BatchNorm2d)]


def test_frozen_stages_get_no_gradient_and_keep_their_statistics() -> None:
    network = build_tiny_network()
    nn.init.normal_(linear_head(network).linear.weight)
    freeze_stages(network, 2)
    set_training_mode(network, freeze_norm=False)
    frozen, learning = network.stages[0] + network.stages[1], network.stages[2]
    before = [norm.get_buffer("running_mean").clone() for norm in norms_of(frozen) + norms_of(learning)]
    network(PHOTOS).sum().backward()
    assert all(parameter.grad is None for module in frozen for parameter in module.parameters())
    assert any(
        bool(parameter.grad.any())
        for module in learning
        for parameter in module.parameters()
        if parameter.grad is not None
    )
    after = [norm.get_buffer("running_mean") for norm in norms_of(frozen) + norms_of(learning)]
    has_moved = [not torch.equal(one, other) for one, other in zip(before, after, strict=True)]
    assert has_moved == [False] * len(norms_of(frozen)) + [True] * len(norms_of(learning))


def test_the_foreground_head_is_not_trained() -> None:
    network = build_tiny_network()
    network.foreground_head = new_foreground_head(network)
    freeze_stages(network, 0)
    own = {id(parameter) for parameter in network.foreground_head.parameters()}
    trained = [parameter for group in build_optimiser(network, CONFIG).param_groups for parameter in group["params"]]
    assert own
    assert own.isdisjoint(id(parameter) for parameter in trained)


def test_frozen_norms_keep_their_statistics_everywhere() -> None:
    network = build_tiny_network()
    before = [norm.get_buffer("running_var").clone() for norm in norms_of(list(network.modules()))]
    set_training_mode(network, freeze_norm=True)
    network(PHOTOS)
    after = [norm.get_buffer("running_var") for norm in norms_of(list(network.modules()))]
    assert len(before) > 5
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    assert linear_head(network).dropout.training


def test_more_stages_than_the_backbone_has_are_refused() -> None:
    network = build_tiny_network()
    with pytest.raises(
        TrainingError, match=rf"freeze_stages is 99, but this backbone has {len(network.stages)} stages"
    ):
        freeze_stages(network, 99)


def test_head_and_body_learn_at_their_own_rates_and_vectors_do_not_decay() -> None:
    network = build_tiny_network()
    config = replace(CONFIG, lr_body=1e-3, lr_head=1e-2, warmup_share=0.0, weight_decay=0.05)
    optimiser = build_optimiser(network, config)
    set_learning_rate(optimiser, 0, steps=10, config=config)
    group_of = {id(parameter): group for group in optimiser.param_groups for parameter in group["params"]}
    assert len(group_of) == len(list(network.parameters()))
    for name, parameter in network.named_parameters():
        group = group_of[id(parameter)]
        assert group["lr"] == (1e-2 if name.startswith("head.") else 1e-3)
        assert group["weight_decay"] == (0.05 if parameter.ndim > 1 else 0.0)


def test_frozen_weights_are_left_out_of_the_optimiser() -> None:
    network = build_tiny_network()
    freeze_stages(network, len(network.stages))
    optimiser = build_optimiser(network, CONFIG)
    assert [tuple(p.shape) for group in optimiser.param_groups for p in group["params"]] == [
        tuple(p.shape) for p in network.head.parameters()
    ]
