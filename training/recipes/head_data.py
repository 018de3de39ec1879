"""What a head is fitted on: features of photos beside what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.manifest import Manifest
from training.recipes.linear_fit import balanced_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Features [N, F], genuine [N], product [N] out of `products`, and weights [N] whose mean is one.

    `listing` [N] numbers the listings. `copies` [K, F] are features of changed copies, each of the photo `copy_of` [K].
    """

    features: NDArray[np.float32]
    genuine: NDArray[np.bool_]
    product: NDArray[np.str_]
    listing: NDArray[np.int64]
    weights: NDArray[np.float64]
    products: tuple[str, ...]
    copies: NDArray[np.float32]
    copy_of: NDArray[np.int64]


def make_lesson(
    manifest: Manifest,
    rows: Sequence[int],
    sides: Sequence[NDArray[np.float32]],
    copies: Sequence[NDArray[np.float32]] = (),
) -> Lesson:
    """The rows' labels beside their features, which are given once for each side that photos are learnt from.

    Copies are of the first side's photos; a feature array is given for each kind of copy.
    """
    genuine = np.array([manifest.rows[row].label == "genuine" for row in rows])
    product = np.array([manifest.rows[row].product for row in rows])
    listing = np.unique([manifest.rows[row].listing for row in rows], return_inverse=True)[1]
    return Lesson(
        features=np.concatenate(sides),
        genuine=np.tile(genuine, len(sides)),
        product=np.tile(product, len(sides)),
        listing=np.tile(listing, len(sides)),
        weights=np.tile(balanced_weights(genuine, product), len(sides)),
        products=manifest.products,
        copies=np.concatenate(copies) if copies else sides[0][:0],
        copy_of=np.tile(np.arange(len(rows)), len(copies)),
    )
