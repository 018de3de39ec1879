"""Novelty: how unlike genuine photos a photo is, fitted on genuine photos alone.

The Mahalanobis distance of a photo's pooled features from those of genuine photos (Mahalanobis 1936; for anomaly
detection on ImageNet features Rippel et al. 2021, arXiv 2005.14140). It uses the mean and standard deviation of the
backbone's last tap: earlier taps hold light and texture, the last map object classes, and neither separates a
counterfeit of an unseen kind from a genuine item (docs/experiments.md has the comparison).

`NoveltyHead` turns it into the logit of a network that has seen no counterfeit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.errors import RunError
from training.model.heads import Head, KernelHead

MIN_PHOTOS = 10  # of genuine items; fewer give no useful covariance
_SHRINKAGE = 0.02  # towards the identity, on standardised features
_EPS = 1e-4
_HALVES = 2


class Novelty(nn.Module):
    """Pooled features [N, F] -> novelty [N]: the mean squared distance per feature.

    It is 1 on average over the fitted photos, and several times that for genuine photos that were not fitted.
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

    def chosen(self, features: Tensor) -> Tensor:
        """The features that novelty reads: [N, F] -> [N, G]."""
        return torch.cat([features[:, own] for own in self.columns], 1)

    def spread_out(self, values: Tensor, width: int) -> Tensor:
        """Values [N, G] of the chosen features at their places among all `width` = F, [N, F]; 0 elsewhere."""
        parts: list[Tensor] = []
        end = 0
        for own, part in zip(self.columns, self.split(values), strict=True):
            parts += [values.new_zeros(values.shape[0], own.start - end), part]
            end = own.stop
        return torch.cat([*parts, values.new_zeros(values.shape[0], width - end)], 1)

    def forward(self, features: Tensor) -> Tensor:
        """features [N, F] -> novelty [N], larger is less like genuine."""
        return ((self.chosen(features) - self.mean) @ self.whitening).square().mean(1)


def fit_novelty(features: NDArray[np.float32], columns: Sequence[slice]) -> Novelty | None:
    """The novelty of genuine photos' features [N, F], by the features in `columns`; None for fewer than 10 photos."""
    if len(features) < MIN_PHOTOS:
        return None
    chosen = np.concatenate([features[:, own] for own in columns], 1).astype(np.float64)  # [N, G]
    mean, scale = chosen.mean(0), chosen.std(0) + _EPS
    covariance = (1 - _SHRINKAGE) * np.cov(((chosen - mean) / scale).T) + _SHRINKAGE * np.eye(chosen.shape[1])
    values, vectors = np.linalg.eigh(covariance)
    whitening = (vectors / np.sqrt(values)) / scale[:, None]  # [G, G]
    return Novelty(
        columns=columns,
        mean=torch.from_numpy(mean.astype(np.float32)),
        whitening=torch.from_numpy(whitening.astype(np.float32)),
    ).eval()


class NoveltyHead(Head):
    """logit = (centre - novelty) / spread, with centre and spread of held-out genuine photos.

    Novelty is a quadratic form in the features' distance from the mean genuine photo, so half its gradient, times that
    distance, sums to it: that is what `weights` gives. `product_head` gives the product logits, if any.
    """

    def __init__(
        self, novelty: Novelty, *, width: int, centre: float, spread: float, product_head: KernelHead | None
    ) -> None:
        super().__init__()
        self.novelty = novelty
        self.centre, self.spread = centre, spread
        self.product_head = product_head
        self.register_buffer("mean", novelty.spread_out(novelty.mean[None], width)[0])  # [F]

    @property
    def evidence_bias(self) -> float:
        """The logit of the mean genuine photo."""
        return self.centre / self.spread

    def forward(self, features: Tensor) -> Tensor:
        """features [N, F] -> logit [N]."""
        return (self.centre - cast(Tensor, self.novelty(features))) / self.spread

    def weights(self, features: Tensor) -> Tensor:
        """What a unit of each feature adds to each photo's logit, [N, F]."""
        distance = self.novelty.chosen(features) - self.novelty.mean  # [N, G]
        whitening = self.novelty.whitening
        half_gradient = (distance @ whitening) @ whitening.T / (-self.spread * whitening.shape[1])  # [N, G]
        return self.novelty.spread_out(half_gradient, features.shape[1])

    def product_logit(self, features: Tensor) -> Tensor | None:
        """features [N, F] -> similarity to each product, [N, P], where there is a `product_head`."""
        return None if self.product_head is None else self.product_head.product_logit(features)


def fit_novelty_head(
    features: NDArray[np.float32], listing: NDArray[np.int64], columns: Sequence[slice], product_head: KernelHead | None
) -> NoveltyHead:
    """The head of genuine photos' features [N, F]; `listing` [N] numbers their listings.

    Centre and spread come from two-fold cross-fitting over listings. Raises RunError for too few photos.
    """
    novelty, held_out = fit_novelty(features, columns), held_out_novelty(features, listing, columns)
    if novelty is None or held_out is None:
        raise RunError(
            f"every label is genuine, and {len(features)} photos are too few to fit novelty on: it takes "
            f"{MIN_PHOTOS} in each half of the listings. Add genuine photos, or some counterfeit ones"
        )
    spread = max(float(held_out.std()), 1e-6)
    return NoveltyHead(
        novelty, width=features.shape[1], centre=float(held_out.mean()), spread=spread, product_head=product_head
    ).eval()


def held_out_novelty(
    features: NDArray[np.float32], listing: NDArray[np.int64], columns: Sequence[slice]
) -> NDArray[np.float32] | None:
    """The novelty [N] of genuine photos by fits without their half of the listings; None for too few photos."""
    halves = [fit_novelty(features[listing % _HALVES != half], columns) for half in range(_HALVES)]
    if None in halves:
        return None
    found = np.empty(len(features), np.float32)
    with torch.inference_mode():
        for half, part in enumerate(halves):
            own = listing % _HALVES == half
            found[own] = cast(Novelty, part)(torch.from_numpy(features[own])).numpy()
    return found
