"""A network's outputs for many photos, one row per photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoOutputs:
    """logit float64 [N], and where the network has them product_logit float64 [N, P] and novelty float64 [N]."""

    logit: NDArray[np.float64]
    product_logit: NDArray[np.float64] | None = None
    novelty: NDArray[np.float64] | None = None

    def take(self, rows: NDArray[np.int64]) -> PhotoOutputs:
        """The outputs of these rows, in their order."""
        return PhotoOutputs(
            logit=self.logit[rows],
            product_logit=None if self.product_logit is None else self.product_logit[rows],
            novelty=None if self.novelty is None else self.novelty[rows],
        )


def join_outputs(parts: Sequence[PhotoOutputs]) -> PhotoOutputs:
    """The rows of all parts, concatenated; an output that one part lacks is left out."""
    product = [part.product_logit for part in parts if part.product_logit is not None]
    novelty = [part.novelty for part in parts if part.novelty is not None]
    return PhotoOutputs(
        logit=np.concatenate([part.logit for part in parts]),
        product_logit=np.concatenate(product) if len(product) == len(parts) else None,
        novelty=np.concatenate(novelty) if len(novelty) == len(parts) else None,
    )
