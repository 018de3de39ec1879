"""The exponential moving average of a network's weights, which generalises better than the last step's."""

import copy

import torch
from torch import Tensor, nn


def decay_at(step: int, decay: float) -> float:
    """The decay at a step: small at first, so that the initial weights soon lose their influence."""
    return min(decay, (1 + step) / (10 + step))


class WeightAverage:
    """A copy of `network` whose float weights and statistics follow it; `network` is in evaluation mode."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """Update the average with the weights of `network` after the step with this number, counted from 0."""
        averaged, current = self.network.state_dict(), network.state_dict()
        floats = [key for key, value in current.items() if value.dtype.is_floating_point]
        share = 1 - decay_at(step, self.decay)
        targets: list[Tensor] = [averaged[key] for key in floats]
        torch._foreach_lerp_(targets, [current[key] for key in floats], share)
        for key in current.keys() - set(floats):  # counters, such as a batch norm's number of batches
            averaged[key].copy_(current[key])
