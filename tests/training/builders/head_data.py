"""Head data from plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.recipes.head_data import HeadData


def head_data_of(
    features: NDArray[np.float32],
    genuine: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    product: Sequence[str] | None = None,
    copies: NDArray[np.float32] | None = None,
) -> HeadData:
    """Head data of one product unless `product` [N] says otherwise, in which all photos weigh the same.

    `copies` [C, N, F] are of all photos, in their order.
    """
    names = np.array(["toy"] * len(features) if product is None else product)
    return HeadData(
        features=features,
        genuine=genuine,
        product=names,
        listing=np.arange(len(features)),
        weights=np.ones(len(features)) if weights is None else weights,
        products=tuple(sorted(set(names.tolist()))),
        copies=features[:0] if copies is None else copies.reshape(-1, features.shape[1]),
        copy_of=np.tile(np.arange(len(features)), 0 if copies is None else len(copies)),
    )
