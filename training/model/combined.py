"""A classifier and novelty in one logit, so that one threshold raises an alarm on either.

A classifier finds counterfeits like those it was fitted on. Novelty is fitted on genuine photos alone, so it may find a
kind that the classifier has never seen. Their sum is calibrated and cut like any logit, with the same guarantee.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.model.heads import Head
from training.model.novelty import Novelty, fit_novelty, held_out_novelty

_EPS = 1e-6


class CombinedHead(Head):
    """logit = classifier's logit - weight * (sqrt(novelty) - centre) / spread.

    sqrt(novelty) is a distance d from the mean genuine photo m, the root of a quadratic form. With the classifier's
    mean features c, d(f)² - d(c)² is linear in f - c once f is known, and divided by d(f) + d(c) it is d(f) - d(c):
    that is how `weights` sum to the logit exactly.
    """

    def __init__(self, classifier: Head, novelty: Novelty, *, weight: float, centre: float, spread: float) -> None:
        super().__init__()
        self.classifier = classifier
        self.novelty = novelty
        self.share = weight / spread
        self.centre = centre
        self.register_buffer("mean", classifier.mean.clone())  # [F]

    @property
    def evidence_bias(self) -> float:
        """The logit of a photo with mean features."""
        with torch.inference_mode():
            at_mean = float(self._distance(self.mean[None]).item())
        return self.classifier.evidence_bias - self.share * (at_mean - self.centre)

    def forward(self, features: Tensor) -> Tensor:
        """features [N, F] -> logit [N]."""
        return cast(Tensor, self.classifier(features)) - self.share * (self._distance(features) - self.centre)

    def weights(self, features: Tensor) -> Tensor:
        """What a unit of each feature adds to each photo's logit, [N, F]."""
        genuine = self.novelty.mean
        both = self.novelty.chosen(features) + self.novelty.chosen(self.mean[None]) - 2 * genuine  # [N, G]
        whitening = self.novelty.whitening
        slope = (both @ whitening) @ whitening.T / whitening.shape[1]  # [N, G]
        ends = self._distance(features) + self._distance(self.mean[None]) + _EPS  # [N]
        spread_out = self.novelty.spread_out(slope * (-self.share / ends)[:, None], features.shape[1])  # [N, F]
        return self.classifier.weights(features) + spread_out

    def product_logit(self, features: Tensor) -> Tensor | None:
        """features [N, F] -> the classifier's similarity to each product, [N, P]."""
        return self.classifier.product_logit(features)

    def _distance(self, features: Tensor) -> Tensor:
        return cast(Tensor, self.novelty(features)).sqrt()


def combine_with_novelty(
    classifier: Head,
    features: NDArray[np.float32],
    genuine: NDArray[np.bool_],
    listing: NDArray[np.int64],
    columns: Sequence[slice],
    *,
    weight: float,
) -> Head:
    """The combined head of a classifier fitted on these photos' features [N, F]; the classifier for too few genuine.

    `weight` is in units of the classifier's logit, the root mean square over the fitted photos, for a novelty in
    standard deviations of held-out genuine photos. `listing` [N] numbers the listings.
    """
    novelty = fit_novelty(features[genuine], columns)
    among_genuine = np.unique(listing[genuine], return_inverse=True)[1]  # consecutive, so that its halves are even
    held_out = held_out_novelty(features[genuine], among_genuine, columns)
    if novelty is None or held_out is None:
        return classifier
    distance = np.sqrt(held_out)
    with torch.inference_mode():
        unit = float(cast(Tensor, classifier(torch.from_numpy(features))).square().mean().sqrt())
    return CombinedHead(
        classifier,
        novelty,
        weight=weight * unit,
        centre=float(distance.mean()),
        spread=max(float(distance.std()), _EPS),
    ).eval()
