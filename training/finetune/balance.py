"""Sample weights that balance labels, labels within products, and the size of listings."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.manifest import PhotoRow
from training.finetune.config import Balance


def photo_weights(rows: Sequence[PhotoRow], *, balance: Balance, listing_cap: int) -> NDArray[np.float64]:
    """Relative weight of each photo, float64 [N], summing to N.

    A listing of more than `listing_cap` photos weighs as much as one of `listing_cap`. With `label` both labels have
    equal weight; with `product` they also do within each product that has both, so that the product does not predict
    the label, while products keep their share.
    """
    photos = Counter(row.listing for row in rows)
    weights = np.array([min(1.0, listing_cap / photos[row.listing]) for row in rows])
    if balance == "product":
        weights = _even_labels_within_products(rows, weights)
    if balance != "none":
        weights = _scaled(weights, [row.label for row in rows])
    return np.asarray(weights * (len(rows) / weights.sum()))


def _even_labels_within_products(rows: Sequence[PhotoRow], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    even = weights.copy()
    for product in {row.product for row in rows}:
        members = [i for i, row in enumerate(rows) if row.product == product]
        inside = _scaled(weights[members], [rows[i].label for i in members])
        even[members] = inside * (weights[members].sum() / inside.sum())
    return even


def _scaled(weights: NDArray[np.float64], groups: Sequence[Hashable]) -> NDArray[np.float64]:
    """The weights, scaled so that every group sums to 1."""
    sums: Counter[Hashable] = Counter()
    for group, weight in zip(groups, weights, strict=True):
        sums[group] += weight
    return np.array([weight / sums[group] for group, weight in zip(groups, weights, strict=True)])
