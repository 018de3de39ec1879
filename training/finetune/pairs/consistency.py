"""The consistency term: how much of a batch's variation lies between a photo and its changed copy.

It is a share of variance, one minus the intraclass correlation (Shrout and Fleiss 1979), so a network can't lower it by
making everything small: only by telling photos apart by what a change leaves as it is.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from training.model.network import Network

_EPS = 1e-5


class PairOutputs(nn.Module):
    """The network as training sees it: uint8 photos [N, S, S, 3] -> logit [N], what pairs are compared by [N, 1 + F].

    The first column of that is the logit without dropout, less a constant; the others are the pooled features, by which
    a kernel head compares photos.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor]:
        """Logit, and the columns to compare."""
        features = self.network.features(photos)
        head = self.network.head
        calm = (features * head.weights(features)).sum(1, keepdim=True)  # [N, 1]
        return cast(Tensor, head(features)), torch.cat([calm, features], 1)


def inconsistency(compared: Tensor) -> Tensor:
    """The term []: the mean of the logit's share and of the features' mean share, each 0 (copies alike) to about 1.

    compared [2N, 1 + F], the logit first: a photo and its copy stand one after the other.
    """
    values = compared.float()
    first, second = values[0::2], values[1::2]  # each [N, 1 + F]
    within = ((first - second) ** 2).mean(0) / 2
    share = within / (values.var(0, unbiased=False) + _EPS)  # [1 + F]
    return (share[0] + share[1:].mean()) / 2
