"""Novelty: how unlike genuine photos a photo is, learned from genuine photos alone.

The Mahalanobis distance of a photo's pooled features from those of genuine photos (Mahalanobis 1936; for anomaly
detection on ImageNet features Rippel et al. 2021, arXiv 2005.14140). Of the backbone's stages it looks at the last tap,
mean and spread: earlier ones hold light and texture, the last map what names objects, and neither tells a counterfeit
of a kind never seen from a genuine item (docs/results.md has the comparison).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LEAST_PHOTOS = 10  # of genuine items; fewer say too little of how they vary
_SHRINKAGE = 0.02  # towards the identity, on standardised features
_CONSTANT = 1e-4


class Novelty(nn.Module):
    """Pooled features [N, F] -> novelty [N]: the mean squared distance per feature.

    It is 1 on average over the photos that were fitted, and several times that for genuine photos that were not.
    """

    mean: Tensor
    whitening: Tensor

    def __init__(self, *, columns: Sequence[slice], mean: Tensor, whitening: Tensor) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.register_buffer("mean", mean)  # [G]
        self.register_buffer("whitening", whitening)  # [G, G]

    def split(self, values: Tensor) -> tuple[Tensor, ...]:
        """Values [..., G] of the chosen features, a part for each of `columns`."""
        return torch.split(values, [own.stop - own.start for own in self.columns], dim=-1)

    def forward(self, features: Tensor) -> Tensor:
        """features [N, F] -> novelty [N], larger is less like genuine."""
        chosen = torch.cat([features[:, own] for own in self.columns], 1)  # [N, G]
        return ((chosen - self.mean) @ self.whitening).square().mean(1)


def fit_novelty(features: NDArray[np.float32], columns: Sequence[slice]) -> Novelty | None:
    """The novelty of genuine photos' features [N, F], by the features in `columns`; None for fewer than 10 photos."""
    if len(features) < LEAST_PHOTOS:
        return None
    chosen = np.concatenate([features[:, own] for own in columns], 1).astype(np.float64)  # [N, G]
    mean, scale = chosen.mean(0), chosen.std(0) + _CONSTANT
    covariance = (1 - _SHRINKAGE) * np.cov(((chosen - mean) / scale).T) + _SHRINKAGE * np.eye(chosen.shape[1])
    values, vectors = np.linalg.eigh(covariance)
    whitening = (vectors / np.sqrt(values)) / scale[:, None]  # [G, G]
    return Novelty(
        columns=columns,
        mean=torch.from_numpy(mean.astype(np.float32)),
        whitening=torch.from_numpy(whitening.astype(np.float32)),
    ).eval()
