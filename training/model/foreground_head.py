"""The foreground head: where the product is, read off one map that the backbone computes anyway.

It looks at each place of a map at stride 16, beside the means of two neighbourhoods and of the whole photo, through one
hidden layer. By its answer the surroundings are hidden from the stages behind that map, and places are weighted where
they are pooled, so a logit comes from the product.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

SHARPNESS = 4  # a place on the product's edge has looked at the background too: at half foreground it weighs 1/16
FLOOR = 1e-6  # of a place's weight: a photo without any foreground is pooled evenly, not divided by zero
NEIGHBOURHOODS: Final = (3, 9)  # sides, in places of the map: nearly a texture's, and a product part's


class ForegroundHead(nn.Module):
    """A map of `width` channels [N, C, h, w] -> foreground [N, h, w], 0 to 1."""

    mean: Tensor
    scale: Tensor

    def __init__(self, *, width: int, hidden: int) -> None:
        super().__init__()
        read = (len(NEIGHBOURHOODS) + 2) * width
        self.register_buffer("mean", torch.zeros(read))
        self.register_buffer("scale", torch.ones(read))
        self.hidden = nn.Linear(read, hidden)
        self.answer = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, C, h, w] -> foreground [N, h, w]."""
        return self.logit(self.read(x)).sigmoid()

    def read(self, x: Tensor) -> Tensor:
        """Map [N, C, h, w] -> each place beside its neighbourhoods and the photo, [N, h, w, 4 C]."""
        around = [functional.avg_pool2d(x, k, 1, k // 2, count_include_pad=False) for k in NEIGHBOURHOODS]
        photo = x.mean((2, 3), keepdim=True).expand_as(x)
        return torch.cat([x, *around, photo], 1).permute(0, 2, 3, 1)

    def logit(self, places: Tensor) -> Tensor:
        """What `read` gave of some places, [..., 4 C] -> foreground logit [...]."""
        hidden = self.hidden((places - self.mean) / self.scale).relu()
        logit: Tensor = self.answer(hidden)[..., 0]
        return logit


def shown_share(foreground: Tensor) -> Tensor:
    """foreground [N, h, w] -> the share of each place that later stages see: all of it from half foreground on.

    So a product's own places are not scaled by how surely they are found.
    """
    return (2 * foreground).clamp(max=1)


def on_grid(foreground: Tensor, side: int) -> Tensor:
    """foreground [N, h, h] on a coarser or equal grid: means of its places, [N, side, side]."""
    return functional.avg_pool2d(foreground[:, None], foreground.shape[-1] // side)[:, 0]


def place_weights(foreground: Tensor, side: int) -> Tensor:
    """foreground [N, h, h] -> weights [N, side, side] that sum to one, on a finer or a coarser grid."""
    weight = on_grid(foreground, min(side, foreground.shape[-1])) ** SHARPNESS + FLOOR
    weight = weight / weight.sum((1, 2), keepdim=True)
    factor = side // weight.shape[-1]
    fine = weight[:, :, None, :, None].expand(-1, -1, factor, -1, factor)  # [N, h, factor, h, factor]
    return fine.reshape(-1, side, side) / factor**2
