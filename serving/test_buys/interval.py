"""What the findings of test buys leave possible: draws of the number of counterfeits in each stratum.

In a stratum of N listings, k of the r examined were counterfeit. The share p of counterfeits follows the verdicts'
own suspicion x, recalibrated, and each stratum may differ from that: logit p = a + b x + s z, z standard normal. The
priors of a, b and s are wide, and with some findings they hardly matter; they say what a stratum without a finding
may hide. The listings that were not examined are then drawn one by one: Binomial(N - r, p).

Design-based intervals were tried first and fail with a few findings a stratum: docs/results.md has the coverage of
each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 2000
SHIFT_SD: Final = 2.5  # of a: the odds of all verdicts may be wrong by a factor of a hundred
SLOPE_MEDIAN: Final = 0.8  # of b, whose logarithm has the deviation SLOPE_SD; verdicts are rather too sure
SLOPE_SD: Final = 0.4
OWN_SD: Final = 0.7  # of s, half normal: how far a stratum may be from the line
_POINTS: Final = 21  # of z, from -3 to 3
_FEW: Final = 60  # examined in a stratum; with more the points lie closer, since their likelihood is narrow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in a stratum: its size, how many listings were examined, and how many were counterfeit."""

    size: int
    suspicion: float  # the mean logit of its listings
    examined: int
    counterfeit: int


def draw_counterfeits(strata: Sequence[Findings], seed: int) -> NDArray[np.int64]:
    """Draw the number of counterfeits that each stratum may hold, given all findings; int64[DRAWS, strata].

    The same findings and seed give the same draws.
    """
    rng = np.random.default_rng(seed)
    shift = rng.normal(0.0, SHIFT_SD, DRAWS)
    slope = SLOPE_MEDIAN * np.exp(rng.normal(0.0, SLOPE_SD, DRAWS))
    own = np.abs(rng.normal(0.0, OWN_SD, DRAWS))
    z, z_weights = _normal(_POINTS if all(one.examined <= _FEW for one in strata) else 4 * _POINTS)
    likelihood = np.zeros(DRAWS)
    shares: list[NDArray[np.float64]] = []
    places: list[NDArray[np.float64]] = []
    for one in strata:
        logit = (shift + slope * one.suspicion)[:, None] + own[:, None] * z  # [DRAWS, z]
        log_p, log_q = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
        joint = np.exp(one.counterfeit * log_p + (one.examined - one.counterfeit) * log_q) * z_weights
        total = joint.sum(axis=1) + 1e-300
        likelihood += np.log(total)
        shares.append(np.exp(log_p))
        places.append(np.cumsum(joint / total[:, None], axis=1))
    weights = np.exp(likelihood - likelihood.max())
    picked = rng.choice(DRAWS, DRAWS, p=weights / weights.sum())
    held = np.empty((DRAWS, len(strata)), dtype=np.int64)
    for place, one in enumerate(strata):
        point = (places[place][picked] < rng.random(DRAWS)[:, None]).sum(axis=1).clip(max=len(z) - 1)
        held[:, place] = one.counterfeit + rng.binomial(one.size - one.examined, shares[place][picked, point])
    return held


def _normal(points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give points of a standard normal variable, and their weights, which sum to 1."""
    z = np.linspace(-3.0, 3.0, points)
    density = np.exp(-z * z / 2)
    return z, density / density.sum()
