"""Weights to int8, each rounded to compensate earlier errors (GPTQ, Frantar et al. 2022, arXiv 2210.17323).

Rounding to the nearest treats each weight alone. But a kernel's inputs are correlated, so the error of one weight can
be compensated by others: column by column, the error is distributed over the columns still to be rounded, by the
covariance of the inputs. On the sneakers' network this leaves a third of the logit's error (docs/experiments.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.quantise.convolutions import Convolution
from training.quantise.statistics import Inputs

STEPS = 127  # of an int8 in either direction
_DAMPING = 1e-3  # of the mean variance, on the diagonal: a sample's covariance may be singular
_MIN_STEP = 1e-12
_MAX_BIAS = 2.0**30  # in steps: the bias is int32

Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedWeights:
    """int8 weights [O, I / groups, k, k] with a step [O] each, and the bias [O], corrected for the rounding's mean."""

    weight: NDArray[np.int8]
    step: Wide
    bias: Wide


def round_weights(convolution: Convolution, inputs: Inputs, *, input_step: float) -> RoundedWeights:
    """The convolution's weights in int8, one step per output channel; `input_step` is the step of its input."""
    rows = convolution.rows.astype(np.float64)  # [G, R, K]
    step_of_bias = np.abs(convolution.bias.reshape(rows.shape[:2])) / (_MAX_BIAS * input_step)
    step = np.maximum(np.maximum(np.abs(rows).max(2) / STEPS, step_of_bias), _MIN_STEP)  # [G, R]
    rounded = round_rows(rows, inputs.covariance, step)
    lost = ((rows - rounded * step[..., None]) @ inputs.mean[..., None])[..., 0]  # [G, R]
    return RoundedWeights(
        weight=rounded.astype(np.int8).reshape(convolution.weight.shape),
        step=step.ravel(),
        bias=convolution.bias + lost.ravel(),
    )


def round_rows(rows: Wide, covariance: Wide, step: Wide) -> Wide:
    """Whole multiples of step [G, R] for rows [G, R, K] over inputs of covariance [G, K, K]: -127 to 127."""
    variance = np.diagonal(covariance, axis1=1, axis2=2)  # [G, K]
    order = np.argsort(
        -variance, axis=1
    )  # the inputs of largest variance first, while many others can still compensate
    left = np.take_along_axis(rows, order[:, None], 2)
    spread = _spread(np.take_along_axis(np.take_along_axis(covariance, order[:, None], 2), order[:, :, None], 1))
    rounded = np.empty_like(left)
    for k in range(left.shape[2]):
        rounded[..., k] = np.clip(np.round(left[..., k] / step), -STEPS, STEPS)
        error = (left[..., k] - rounded[..., k] * step) / spread[:, None, k, k]
        left[..., k + 1 :] -= error[..., None] * spread[:, None, k, k + 1 :]
    result = np.empty_like(rounded)
    np.put_along_axis(result, order[:, None], rounded, 2)
    return result


def _spread(covariance: Wide) -> Wide:
    """The upper Cholesky factor of the inverse, [G, K, K]: row k says how column k's error goes to those after it."""
    size = covariance.shape[1]
    mean = np.trace(covariance, axis1=1, axis2=2) / size  # [G]
    damping = np.where(mean > 0, _DAMPING * mean, 1.0)  # constant inputs: nothing to compensate
    inverse = np.linalg.inv(covariance + damping[:, None, None] * np.eye(size))
    return np.asarray(np.linalg.cholesky((inverse + inverse.transpose(0, 2, 1)) / 2).transpose(0, 2, 1))
