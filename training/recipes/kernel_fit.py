"""The kernel head's fit: kernel ridge regression with a Gaussian kernel on standardised features.

The linear head weighs each feature on its own; the kernel compares a photo with the known photos that are close to it.
On the sneakers that raises the listing AUROC by 0.018 (docs/results.md). The features may be those of a fine-tuned
network as well as ImageNet's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from training.errors import RunError
from training.model.heads import KernelHead
from training.recipes.config import KernelConfig, RecipeConfig
from training.recipes.head_data import HeadData, fitted_copies, fitted_orientations

MAX_SUPPORT = 20_000  # photos, mirrored ones counted: 3.2 GB of kernel, as much for its square, 7.2 GB in all
_MIN_SPREAD = 1e-3  # a feature that varies less carries no information, and must not be divided by that
_JITTER = 1e-6  # added to the kernel's diagonal, which is 1: with two equal photos it would have no Cholesky factor
_INT8_MAX = 127


def require_room_for(rows: Sequence[int], config: RecipeConfig) -> None:
    """Raise RunError for more rows than a kernel head can be fitted on: to be called before anything is trained."""
    _require_room(len(rows) * len(fitted_orientations(config)), len(rows) * len(fitted_copies(config)))


def _require_room(photos: int, copies: int) -> None:
    """Each changed copy adds a row to the kernel, and a fit with copies takes nearly three times the memory a row."""
    if photos > MAX_SUPPORT:
        raise RunError(
            f"the kernel head compares every two of {photos} photos (mirrored ones counted), and takes at most "
            f"{MAX_SUPPORT}: set model.head = 'linear'"
        )
    if copies and 3 * photos * (photos + copies) > MAX_SUPPORT**2:
        raise RunError(
            f"the kernel head compares {photos} photos and {copies} changed copies of them with each photo, more than "
            "memory holds: name fewer kernel.copies, or set model.head = 'linear'"
        )


def fit_kernel_head(data: HeadData, config: KernelConfig) -> KernelHead:
    """The head that regresses +1 (genuine) and -1 (counterfeit) on features, and each product as 1 (its own) and 0.

    Changed copies of the photos are targets of the regression but no support vectors: differences between a copy and
    its photo get no weight, and the head is no larger for them. The support is rounded to int8 before anything is
    fitted on it, so the dual coefficients fit what ships. Raises RunError for more photos than a kernel can hold.
    """
    features, weights = data.features, data.weights
    _require_room(len(features), len(data.copies))
    mean = features.mean(0)
    spread = features.std(0)
    scale = np.where(spread < _MIN_SPREAD, np.float32(1e6), spread + np.float32(1e-4))
    scale = _steady_scale(scale, data, config.steadiness)
    z = (features - mean) / scale
    step = np.maximum(np.abs(z).max(0), 1e-6) / _INT8_MAX
    support = np.round(z / step).astype(np.int8)
    x = support * step
    seen = np.concatenate([x, (data.copies - mean) / scale])  # [N + K, F]
    row = np.concatenate([np.arange(len(x)), data.copy_of])  # the photo whose label each of them has
    kernel = _kernel(seen, x, config.width)  # [N + K, N]
    products = (data.product[:, None] == np.array(data.products)[None]).astype(np.float64)  # [N, P]
    product_vote = _dual_coefficients(kernel * kernel, products[row], np.ones(len(row)), config.ridge)
    target = np.where(data.genuine, 1.0, -1.0)
    bias = float(np.average(target, weights=weights))
    vote = _dual_coefficients(kernel, (target - bias)[row], weights[row], config.ridge)
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


def _steady_scale(scale: NDArray[np.float32], data: HeadData, steadiness: float | None) -> NDArray[np.float32]:
    """The scale [F], larger for features that changed copies move, so that they count less in the kernel.

    A form of within-class covariance normalisation (Hatch et al., Interspeech 2006), for its diagonal: unlike copies as
    targets it shrinks the scatter between a photo and its copy. Scaled so that the mean squared distance stays one.
    """
    if steadiness is None or not len(data.copies):
        return scale
    moved = (((data.copies - data.features[data.copy_of]) / scale) ** 2).mean(0)  # [F]
    factor = np.sqrt(1 + steadiness * moved)
    return np.asarray(scale * factor * np.sqrt((factor**-2).mean()), np.float32)


def _dual_coefficients(
    kernel: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.float64], ridge: float
) -> NDArray[np.float64]:
    """Dual coefficients [N] or [N, P] for targets [M] or [M, P] with weights [M]; the first N rows are the support.

    Without copies (M = N) the normal equations reduce to one Cholesky factor of the kernel: half the work, and exact.
    """
    n = kernel.shape[1]
    if len(kernel) == n:
        kernel[np.diag_indices(n)] += ridge / weights
        # LAPACK takes column-major arrays without a copy
        return np.asarray(cho_solve(cho_factor(kernel.T, overwrite_a=True), target))
    inner = kernel[:n] + _JITTER * np.eye(n)
    factor = np.linalg.cholesky(inner)  # in these coordinates the penalty is a sum of squares
    mapped = solve_triangular(factor, kernel.T, lower=True)  # [N, M]
    weighted = mapped * weights
    gram = weighted @ mapped.T
    gram[np.diag_indices(n)] += ridge
    inner_coefficients = cho_solve(cho_factor(gram, overwrite_a=True), weighted @ target)
    return np.asarray(solve_triangular(factor, inner_coefficients, lower=True, trans="T"))


def _kernel(x: NDArray[np.float32], y: NDArray[np.float32], width: float) -> NDArray[np.float64]:
    """exp(-|x - y|^2 / (2 F width)) of every row of x [M, F] with every row of y [N, F] -> [M, N]."""
    kernel = (x @ y.T).astype(np.float64)
    kernel *= -2
    kernel += (x * x).sum(1, dtype=np.float64)[:, None]
    kernel += (y * y).sum(1, dtype=np.float64)[None]
    np.maximum(kernel, 0, out=kernel)
    kernel /= -2 * width * x.shape[1]
    return np.exp(kernel, out=kernel)  # in place: it is the largest thing in memory
