"""Small networks on a real timm backbone of 0.1 million weights."""

import copy

import torch

from training.model.ensemble import EnsembleNetwork
from training.model.foreground_head import ForegroundHead
from training.model.heads import LinearHead
from training.model.network import Network, build_network

SIZE_PX = 64


def small_network(seed: int = 0) -> Network:
    """With a head that is not zero: weights and statistics are drawn from the seed."""
    torch.manual_seed(seed)
    network = build_network("test_efficientnet", "none", taps=(2, 3)).eval()
    head = linear_head(network)
    width = head.linear.weight.shape[1]
    head.set_statistics(torch.rand(width), torch.rand(width) + 0.5)
    head.set_linear(torch.randn(width) * 0.05, 0.25)
    return network


def small_network_with_foreground(seed: int = 0) -> Network:
    """The small network with a foreground head of drawn weights, whose answers differ from place to place."""
    network = small_network(seed)
    found_in = network.foreground_map
    head = ForegroundHead(width=network.widths[found_in], hidden=8)
    with torch.inference_mode():
        places = head.read(network.maps(random_photos(2, seed=9))[found_in])
    head.mean.copy_(places.mean((0, 1, 2)))
    head.scale.copy_(places.std((0, 1, 2)) + 1e-3)
    network.foreground_head = head
    return network.eval()


def random_photos(n: int, seed: int = 0) -> torch.Tensor:
    """uint8 [n, 64, 64, 3]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, SIZE_PX, SIZE_PX, 3), dtype=torch.uint8, generator=generator)


def linear_head(network: Network) -> LinearHead:
    """The network's head, which is a linear one."""
    assert isinstance(network.head, LinearHead)
    return network.head


def tuned_copy(network: Network) -> Network:
    """The same network with another head and another last stage, as fine-tuning behind frozen stages leaves it."""
    tuned = copy.deepcopy(network)
    linear_head(tuned).set_linear(torch.randn(linear_head(tuned).linear.weight.shape[1]) * 0.05, -1.0)
    with torch.no_grad():
        for module in tuned.stages[-1]:
            for parameter in module.parameters(recurse=False):
                parameter.mul_(1.1)
    return tuned


def small_ensemble() -> EnsembleNetwork:
    """A network and a copy of it that was fine-tuned behind frozen stages."""
    start = small_network()
    return EnsembleNetwork([start, tuned_copy(start)]).eval()
