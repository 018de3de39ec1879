"""The state of a run goes through a checkpoint and comes back whole."""

import copy
import io

import torch

from tests.training.builders.finetune_run import CONFIG, build_tiny_network
from training.finetune.ema import WeightAverage
from training.finetune.history import EpochRecord
from training.finetune.optimiser import build_optimiser
from training.finetune.state import RunState


def state_of(seed: int) -> RunState:
    network = build_tiny_network(seed)
    return RunState(
        network=network,
        average=WeightAverage(network, CONFIG.ema_decay),
        optimiser=build_optimiser(network, CONFIG),
        loss_sum=torch.zeros(()),
    )


def epoch(number: int, auroc: float) -> EpochRecord:
    return EpochRecord(
        epoch=number, step=number, loss=0.5, stop_auroc=auroc, stop_loss=0.4, photos_per_s=1.0, waiting_share=0.0
    )


def take_step(state: RunState) -> None:
    state.network.train()
    loss = state.network(torch.randint(0, 256, (4, 64, 64, 3), dtype=torch.uint8)).square().mean()
    state.optimiser.zero_grad()
    loss.backward()
    state.optimiser.step()
    state.average.follow(state.network, state.step)
    state.loss_sum += loss.detach()
    state.step += 1


def test_a_restored_state_is_the_state_that_was_written() -> None:
    torch.manual_seed(0)
    state = state_of(0)
    take_step(state)
    state.finish_epoch(epoch(1, 0.8))
    take_step(state)
    file = io.BytesIO()
    torch.save(state.as_tensors(), file)
    file.seek(0)
    other = state_of(1)
    other.restore(torch.load(file, weights_only=True))
    assert (other.step, other.history) == (2, [epoch(1, 0.8)])
    assert other.loss_sum == state.loss_sum > 0
    for mine, theirs in (
        (state.network, other.network),
        (state.average.network, other.average.network),
    ):
        for name, tensor in mine.state_dict().items():
            assert torch.equal(tensor, theirs.state_dict()[name]), name
    assert other.kept.keys() == state.kept.keys()
    moments = [entry["exp_avg"] for entry in state.optimiser.state.values()]
    restored = [entry["exp_avg"] for entry in other.optimiser.state.values()]
    assert all(torch.equal(a, b) for a, b in zip(moments, restored, strict=True))
    assert [group["highest_lr"] for group in other.optimiser.param_groups] == [
        group["highest_lr"] for group in state.optimiser.param_groups
    ], "older checkpoints have the key by this name"


def test_the_weights_of_the_best_epoch_are_kept_and_the_loss_starts_anew() -> None:
    torch.manual_seed(0)
    state = state_of(0)
    take_step(state)
    state.finish_epoch(epoch(1, 0.8))
    best = copy.deepcopy(state.kept)
    assert float(state.loss_sum) == 0
    take_step(state)
    state.finish_epoch(epoch(2, 0.7))
    assert all(torch.equal(best[name], tensor) for name, tensor in state.kept.items())
    take_step(state)
    state.finish_epoch(epoch(3, 0.9))
    assert not all(torch.equal(best[name], tensor) for name, tensor in state.kept.items())
