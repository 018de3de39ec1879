"""The kernel head's fit: kernel ridge regression on standardised features, each photo a vote for those close to it.

A line through feature space asks how genuine each feature looks on the whole; the kernel asks which known photos
a photo is like. On the sneakers that ranks listings better by 0.018 of AUROC (docs/results.md). The features may be
those of a fine-tuned network as well as ImageNet's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from training.errors import RunError
from training.model.heads import KernelHead
from training.recipes.head_data import Lesson
from training.recipes.photo_variants import require_copies
from vision.config.read import setting
from vision.errors import ConfigError

MOST_SUPPORT = 20_000  # photos, mirrored ones counted: 3.2 GB of kernel, as much for its square, 7.2 GB in all
_CONSTANT = 1e-3  # a feature that varies less says nothing, and must not be divided by that
_NARROWEST = 0.3  # below, the evidence's path takes more than its eight places to be exact
_JITTER = 1e-6  # of the kernel's diagonal, which is 1: two equal photos would leave it no factor
_STEPS = 127  # of an int8 either way


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelConfig:
    """Settings of the kernel head."""

    width: float = setting(
        1.0, help="how far a photo's vote reaches: the squared distance, in mean squared distances from the mean photo"
    )
    ridge: float = setting(0.1, help="how much a photo's own label may be overruled by its neighbours'")
    copies: tuple[str, ...] = setting(
        (),
        help="changed copies of each photo that teach the votes as well, such as 'jpeg_50', 'half_size', 'mirrored': "
        "each takes training one more pass over the photos, and serving nothing",
    )

    def __post_init__(self) -> None:
        require_copies(self.copies)
        if not self.width >= _NARROWEST:
            raise ConfigError(f"width is {self.width}; it is {_NARROWEST} or more")
        if not self.ridge > 0:
            raise ConfigError(f"ridge is {self.ridge}; it is above 0")


def require_room(photos: int, copies: int) -> None:
    """Raise RunError for more photos than a kernel can hold: to be asked before anything is trained for it.

    Each changed copy takes a row, and a fit with copies nearly three times the memory a row (measured).
    """
    if photos > MOST_SUPPORT:
        raise RunError(
            f"the kernel head compares each of {photos} photos (mirrored ones counted) with every other, and takes at "
            f"most {MOST_SUPPORT}: set model.head = 'linear'"
        )
    if copies and 3 * photos * (photos + copies) > MOST_SUPPORT**2:
        raise RunError(
            f"the kernel head compares {photos} photos and {copies} changed copies of them with each photo, more than "
            "memory holds: name fewer kernel.copies, or set model.head = 'linear'"
        )


def fit_kernel_head(lesson: Lesson, config: KernelConfig) -> KernelHead:
    """The head that regresses +1 (genuine) and -1 on a lesson's features, and each product as 1 (its own) and 0.

    Changed copies of the photos teach the votes and cast none: what tells a copy from its photo gets no weight, and
    the head is no larger for them. The support is rounded to int8 before anything is fitted on it, so the votes fit
    what ships. Raises RunError for more photos than a kernel can hold.
    """
    features, weights = lesson.features, lesson.weights
    require_room(len(features), len(lesson.copies))
    mean = features.mean(0)
    spread = features.std(0)
    scale = np.where(spread < _CONSTANT, np.float32(1e6), spread + np.float32(1e-4))
    z = (features - mean) / scale
    step = np.maximum(np.abs(z).max(0), 1e-6) / _STEPS
    support = np.round(z / step).astype(np.int8)
    x = support * step
    seen = np.concatenate([x, (lesson.copies - mean) / scale])  # [N + K, F]
    row = np.concatenate([np.arange(len(x)), lesson.copy_of])  # whose label each of them has
    kernel = _kernel(seen, x, config.width)  # [N + K, N]
    products = (lesson.product[:, None] == np.array(lesson.products)[None]).astype(np.float64)  # [N, P]
    product_vote = _votes(kernel * kernel, products[row], np.ones(len(row)), config.ridge)
    target = np.where(lesson.genuine, 1.0, -1.0)
    bias = float(np.average(target, weights=weights))
    vote = _votes(kernel, (target - bias)[row], weights[row], config.ridge)
    return KernelHead(
        mean=torch.from_numpy(mean),
        scale=torch.from_numpy(scale),
        support=torch.from_numpy(support),
        step=torch.from_numpy(step.astype(np.float32)),
        vote=torch.from_numpy(vote.astype(np.float32)),
        bias=bias,
        width=config.width,
        product_vote=torch.from_numpy(product_vote.astype(np.float32)),
    ).eval()


def _votes(
    kernel: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.float64], ridge: float
) -> NDArray[np.float64]:
    """Ridge regression of targets [M] or [M, P], which weigh [M], on a kernel [M, N] whose first rows are the support.

    Without copies (M = N) the normal equations shrink to one factor of the kernel, half as much work and exact.
    """
    n = kernel.shape[1]
    if len(kernel) == n:
        kernel[np.diag_indices(n)] += ridge / weights
        # LAPACK takes columns first, uncopied
        return np.asarray(cho_solve(cho_factor(kernel.T, overwrite_a=True), target))
    inner = kernel[:n] + _JITTER * np.eye(n)
    factor = np.linalg.cholesky(inner)  # coordinates in which the penalty is a plain sum of squares
    mapped = solve_triangular(factor, kernel.T, lower=True)  # [N, M]
    weighted = mapped * weights
    gram = weighted @ mapped.T
    gram[np.diag_indices(n)] += ridge
    inner_vote = cho_solve(cho_factor(gram, overwrite_a=True), weighted @ target)
    return np.asarray(solve_triangular(factor, inner_vote, lower=True, trans="T"))


def _kernel(x: NDArray[np.float32], y: NDArray[np.float32], width: float) -> NDArray[np.float64]:
    """exp(-|x - y|^2 / (2 F width)) of every row of x [M, F] with every row of y [N, F] -> [M, N]."""
    kernel = (x @ y.T).astype(np.float64)
    kernel *= -2
    kernel += (x * x).sum(1, dtype=np.float64)[:, None]
    kernel += (y * y).sum(1, dtype=np.float64)[None]
    np.maximum(kernel, 0, out=kernel)
    kernel /= -2 * width * x.shape[1]
    return np.exp(kernel, out=kernel)  # in place: it is the largest thing in memory
