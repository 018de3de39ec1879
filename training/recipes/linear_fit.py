"""The linear head's fit: weighted logistic regression on standardised features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.recipes.config import FrozenConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearFit:
    """Standardisation [F] and weights [F] of a fitted head: logit = ((x - mean) / scale) . weight + bias."""

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: float

    def logit(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Features [N, F] -> logit [N], positive for genuine."""
        return ((features - self.mean) / self.scale).astype(np.float64) @ self.weight + self.bias


def fit_linear_head(
    features: NDArray[np.float32], genuine: NDArray[np.bool_], weights: NDArray[np.float64], config: FrozenConfig
) -> LinearFit:
    """Logistic regression on features [N, F] with labels [N] and photo weights [N] whose mean is one."""
    mean = features.mean(0)
    scale = features.std(0) + 1e-4
    model = LogisticRegression(C=config.c, max_iter=1000, tol=1e-5)
    model.fit((features - mean) / scale, genuine, sample_weight=weights)
    return LinearFit(mean=mean, scale=scale, weight=model.coef_[0].astype(np.float32), bias=float(model.intercept_[0]))


def balanced_weights(genuine: NDArray[np.bool_], products: NDArray[np.str_]) -> NDArray[np.float64]:
    """A weight for each photo [N], mean one, under which every product has as much genuine as counterfeit weight."""
    weights = np.zeros(len(genuine))
    for product in np.unique(products):
        for label in (True, False):
            members = (products == product) & (genuine == label)
            if members.any():
                weights[members] = (products == product).sum() / members.sum()
    return np.asarray(weights / weights.mean())
