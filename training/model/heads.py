"""Heads: from a photo's pooled features to its logit, positive for genuine, and to each feature's part of it.

Both heads standardise features [N, F] with fixed statistics, and both write their logit as a sum over features:
`weights` gives w [N, F] with logit = w . (features - mean) + evidence_bias. Pooled features are sums over places, so
the evidence map is exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, cast

import numpy as np
import torch
from torch import Tensor, nn

_PATH_NODES = 8  # of the path integral: at width 0.3, for a photo twice as far out as any known, its error is 5e-5


class Head(nn.Module, ABC):
    """Pooled features [N, F] -> logit [N]; `keeps_photos` marks a head that holds features of the fitted photos."""

    keeps_photos: ClassVar[bool] = False
    mean: Tensor

    @property
    @abstractmethod
    def evidence_bias(self) -> float:
        """The logit of a photo with mean features."""

    @abstractmethod
    def weights(self, features: Tensor) -> Tensor:
        """What a unit of each feature adds to the logit, [N, F], or [1, F] where it is the same for every photo."""

    def product_logit(self, features: Tensor) -> Tensor | None:
        """features [N, F] -> similarity to each product, [N, P]; None for a head that has none."""
        return None


class LinearHead(Head):
    """One linear layer over standardised features."""

    scale: Tensor

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width, 1)
        nn.init.zeros_(self.linear.weight)

    @property
    def evidence_bias(self) -> float:
        """The logit of a photo with mean features."""
        return float(self.linear.bias.item())

    def forward(self, features: Tensor) -> Tensor:
        """features [N, F] -> logit [N]."""
        return cast(Tensor, self.linear(self.dropout((features - self.mean) / self.scale)).squeeze(1))

    def weights(self, features: Tensor) -> Tensor:
        """What a unit of each feature adds to the logit, [1, F]: the same for every photo."""
        return self.linear.weight / self.scale

    def product_logit(self, features: Tensor) -> Tensor | None:
        """None: a linear function is unbounded, so it can't detect that a photo lies far from all fitted ones."""
        return None

    def set_statistics(self, mean: Tensor, scale: Tensor) -> None:
        """Fix what features are standardised with, both [F]."""
        self.mean.copy_(mean)
        self.scale.copy_(scale)

    def set_linear(self, weight: Tensor, bias: float) -> None:
        """Take the weights of a fitted linear model over standardised features, weight [F]."""
        with torch.no_grad():
            self.linear.weight.copy_(weight[None])
            self.linear.bias.fill_(bias)

    def shrink(self, factor: float) -> None:
        """Make every logit `factor` times what it was."""
        with torch.no_grad():
            self.linear.weight.mul_(factor)
            self.linear.bias.mul_(factor)


class KernelHead(Head):
    """Kernel ridge regression: `vote` (dual coefficients) times the Gaussian kernel exp(-|z - x|^2 / (2 F width)).

    The M support photos' standardised features x [M, F] are kept as int8 multiples of a step per feature. The weights
    of a photo are its gradient averaged over the straight path from the mean features to its own (integrated gradients,
    Sundararajan et al. 2017, arXiv 1703.01365), whose sum is the logit's difference between the two.

    The product logits use the same support and the kernel squared, whose bandwidth is half as wide: about 1 among a
    product's own photos, 0 among those of others, and 0 far from all.
    """

    keeps_photos = True
    scale: Tensor
    support: Tensor
    step: Tensor
    norm: Tensor
    vote: Tensor
    bias: Tensor
    product_vote: Tensor

    def __init__(
        self,
        *,
        mean: Tensor,
        scale: Tensor,
        support: Tensor,
        step: Tensor,
        vote: Tensor,
        bias: float,
        width: float,
        product_vote: Tensor,
    ) -> None:
        super().__init__()
        self.factor = 1 / (2 * width * support.shape[1])
        self.register_buffer("mean", mean)  # [F]
        self.register_buffer("scale", scale)  # [F]
        self.register_buffer("support", support)  # int8 [M, F]
        self.register_buffer("step", step)  # [F]
        self.register_buffer("norm", ((support.float() * step) ** 2).sum(1))  # [M]
        self.register_buffer("vote", vote)  # [M]
        self.register_buffer("bias", torch.tensor(bias))
        self.register_buffer("product_vote", product_vote)  # [M, P]

    @property
    def evidence_bias(self) -> float:
        """The logit of a photo with mean features."""
        return float((torch.exp(-self.factor * self.norm) @ self.vote + self.bias).item())

    def forward(self, features: Tensor) -> Tensor:
        """features [N, F] -> logit [N]."""
        return self._kernel(features) @ self.vote + self.bias

    def product_logit(self, features: Tensor) -> Tensor | None:
        """features [N, F] -> similarity to each product, [N, P]: about 1 for a photo's own, else about 0."""
        return self._kernel(features).square() @ self.product_vote

    def weights(self, features: Tensor) -> Tensor:
        """What a unit of each feature adds to each photo's logit, [N, F]."""
        z = (features - self.mean) / self.scale  # [N, F]
        products = self._products(z)  # [N, M]
        votes, pull = torch.zeros_like(products), z.new_zeros(z.shape[0], 1)
        for t, share in _path():
            at_t = share * self._kernel_at(z, products, t) * self.vote  # [N, M]
            votes = votes + at_t
            pull = pull + t * at_t.sum(1, keepdim=True)  # [N, 1]
        towards = (votes @ self.support.float()) * self.step  # [N, F]
        return 2 * self.factor * (towards - pull * z) / self.scale

    def _products(self, z: Tensor) -> Tensor:
        """z . x of each support photo, [N, M].

        The photo is scaled and transposed rather than the support, so that a runtime keeps a single float copy of the
        support, for this product and for `weights`.
        """
        return (self.support.float() @ (z * self.step).T).T

    def _kernel(self, features: Tensor) -> Tensor:
        """features [N, F] -> the kernel with each support photo, [N, M], 0 to 1."""
        z = (features - self.mean) / self.scale  # [N, F]
        return self._kernel_at(z, self._products(z), 1.0)

    def _kernel_at(self, z: Tensor, products: Tensor, t: float) -> Tensor:
        """The kernel with each support photo at the fraction t of the path from the mean features to z, [N, M]."""
        distance = t * t * (z * z).sum(1, keepdim=True) - 2 * t * products + self.norm
        return torch.exp(-self.factor * distance)


def _path() -> list[tuple[float, float]]:
    """Nodes between 0 and 1 with their weights in the integral (Gauss-Legendre quadrature)."""
    places, shares = np.polynomial.legendre.leggauss(_PATH_NODES)
    return [(float((t + 1) / 2), float(share / 2)) for t, share in zip(places, shares, strict=True)]
