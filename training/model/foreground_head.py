"""The foreground head: where the product is, read off maps that the backbone computes anyway.

It looks at each place of the last map's grid, beside the mean of all places, through one hidden layer. What is pooled
is weighted by its answer, so a logit comes from the product's places.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

SHARPNESS = 4  # a place on the product's edge has looked at the background too: at half foreground it weighs 1/16
FLOOR = 1e-6  # of a place's weight: a photo without any foreground is pooled evenly, not divided by zero


class ForegroundHead(nn.Module):
    """Maps of a network [N, C, h, w] each -> foreground [N, H, W], 0 to 1, on the grid of the last map.

    `sources` are the places of the maps that it reads, among all that the network pools, and `widths` their channels.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, *, sources: Sequence[int], widths: Sequence[int], hidden: int) -> None:
        super().__init__()
        self.sources = tuple(sources)
        read = 2 * sum(widths)
        self.register_buffer("mean", torch.zeros(read))
        self.register_buffer("scale", torch.ones(read))
        self.hidden = nn.Linear(read, hidden)
        self.answer = nn.Linear(hidden, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps [N, C, h, w] each -> foreground [N, H, W]."""
        return self.logit(self.read(maps)).sigmoid()

    def read(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps [N, C, h, w] each -> what the head reads of each place, then of the photo: [N, H, W, 2 C]."""
        grid = maps[-1].shape[-1]
        own = [functional.avg_pool2d(maps[source], maps[source].shape[-1] // grid) for source in self.sources]
        places = torch.cat(own, 1).permute(0, 2, 3, 1)  # [N, H, W, C]
        return torch.cat([places, places.mean((1, 2), keepdim=True).expand_as(places)], 3)

    def logit(self, places: Tensor) -> Tensor:
        """What `read` gave of some places, [..., 2 C] -> foreground logit [...]."""
        hidden = self.hidden((places - self.mean) / self.scale).relu()
        logit: Tensor = self.answer(hidden)[..., 0]
        return logit


def place_weights(foreground: Tensor, side: int) -> Tensor:
    """foreground [N, H, W] -> weights [N, side, side] that sum to one, on a grid whose places each lie in one of H."""
    weight = foreground**SHARPNESS + FLOOR
    weight = weight / weight.sum((1, 2), keepdim=True)
    factor = side // foreground.shape[-1]
    fine = weight[:, :, None, :, None].expand(-1, -1, factor, -1, factor)  # [N, H, factor, W, factor]
    return fine.reshape(-1, side, side) / factor**2
