"""What a head is fitted on: features of photos beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.manifest import Manifest
from training.recipes.config import RecipeConfig
from training.recipes.linear_fit import balanced_weights
from training.recipes.photo_variants import AS_IT_IS, COPIES, MIRRORED, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadData:
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


def read_head_data(
    manifest: Manifest,
    rows: Sequence[int],
    features: Callable[[Variant], NDArray[np.float32]],
    config: RecipeConfig,
) -> HeadData:
    """The head data of the rows; `features` computes the rows' features [N, F] under a photo variant."""
    orientations = [features(variant) for variant in fitted_orientations(config)]
    copies = [features(variant) for variant in fitted_copies(config)]
    return make_head_data(manifest, rows, orientations, copies)


def make_head_data(
    manifest: Manifest,
    rows: Sequence[int],
    orientations: Sequence[NDArray[np.float32]],
    copies: Sequence[NDArray[np.float32]] = (),
) -> HeadData:
    """The rows' labels beside their features, given once for each orientation (as it is, mirrored) that is fitted.

    Copies are of the photos in the first orientation; a feature array is given for each kind of copy.
    """
    genuine = np.array([manifest.rows[row].label == "genuine" for row in rows])
    product = np.array([manifest.rows[row].product for row in rows])
    listing = np.unique([manifest.rows[row].listing for row in rows], return_inverse=True)[1]
    times = len(orientations)
    return HeadData(
        features=np.concatenate(orientations),
        genuine=np.tile(genuine, times),
        product=np.tile(product, times),
        listing=np.tile(listing, times),
        weights=np.tile(balanced_weights(genuine, product), times),
        products=manifest.products,
        copies=np.concatenate(copies) if copies else orientations[0][:0],
        copy_of=np.tile(np.arange(len(rows)), len(copies)),
    )


def fitted_orientations(config: RecipeConfig) -> tuple[Variant, ...]:
    """The orientations of each photo that a head is fitted on."""
    return (AS_IT_IS, MIRRORED) if config.frozen.mirror else (AS_IT_IS,)


def fitted_copies(config: RecipeConfig) -> tuple[Variant, ...]:
    """The changed copies of each photo that a head is fitted on as well: a kernel head alone."""
    return tuple(COPIES[code] for code in config.kernel.copies) if config.has_kernel else ()
