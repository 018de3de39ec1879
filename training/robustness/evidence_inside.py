"""How much of the evidence lies on the product, by the manifest's mask of it, else its box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.data.manifest import Manifest
from training.data.photo_row import PhotoRow
from training.evaluation.figures_json import DECIMALS
from training.evaluation.predictions import PhotoPrediction
from training.perturbations.place import find_place, is_placed, product_from
from training.statistics.bootstrap import bootstrap_mean
from vision.bundle.measured_value import MeasuredValue
from vision.bundle.robustness import EvidenceInside
from vision.verdict import Evidence

SHOWS_PRODUCT: Final = 0.1  # of a place: it is the map's smallest unit, so one at the product's edge counts as inside


def measure_evidence_inside(manifest: Manifest, photos: Sequence[PhotoPrediction]) -> EvidenceInside | None:
    """The mean share over the photos whose product the manifest marks; None where it marks none."""
    marked = [(photo, manifest.rows[photo.row]) for photo in photos if is_placed(manifest.rows[photo.row])]
    found = [(photo, share_inside(photo.evidence, row)) for photo, row in marked if photo.evidence is not None]
    if not found:
        return None
    mean = bootstrap_mean([share for _, (share, _) in found], [photo.listing for photo, _ in found])
    return EvidenceInside(
        listings=len({photo.listing for photo, _ in found}),
        photos=len(found),
        share=MeasuredValue(
            value=round(mean.value, DECIMALS), low=round(mean.low, DECIMALS), high=round(mean.high, DECIMALS)
        ),
        if_even=round(float(np.mean([even for _, (_, even) in found])), DECIMALS),
        product_from=product_from(row for _, row in marked),
    )


def share_inside(evidence: Evidence, row: PhotoRow) -> tuple[float, float]:
    """The share of absolute evidence in places that show the row's product, and the share of places that do.

    An empty map, all of whose values are 0, counts as even.
    """
    inside = _cover(evidence, row) >= SHOWS_PRODUCT  # [H, W]
    mass = np.abs(np.nan_to_num(evidence.values.astype(np.float64)))
    even = float(inside.mean())
    return (float(mass[inside].sum() / mass.sum()) if mass.sum() else even), even


def _cover(evidence: Evidence, row: PhotoRow) -> NDArray[np.float64]:
    """The share of each place of the map, [H, W], that the row's product covers; outside the photo it is 0."""
    x0, y0, x1, y1 = evidence.box
    height, width = evidence.values.shape
    place = find_place(row)
    if place is None:
        raise ValueError(f"row {row.row} marks no product; only marked rows are measured")
    down, across = np.linspace(y0, y1, height + 1), np.linspace(x0, x1, width + 1)
    if place.mask is None:
        left, top, right, bottom = place.box
        return np.outer(_overlaps(down, [top], [bottom])[:, 0], _overlaps(across, [left], [right])[:, 0])
    rows, columns = (np.linspace(0, 1, side + 1) for side in place.mask.shape)
    by_rows = _overlaps(down, rows[:-1], rows[1:]) @ place.mask
    return np.asarray(by_rows @ _overlaps(across, columns[:-1], columns[1:]).T)


def _overlaps(edges: NDArray[np.float64], starts: ArrayLike, ends: ArrayLike) -> NDArray[np.float64]:
    """The share of each interval between `edges` [G + 1] that lies in each of the intervals [n]: [G, n]."""
    low = np.maximum(edges[:-1, None], np.asarray(starts)[None])
    high = np.minimum(edges[1:, None], np.asarray(ends)[None])
    return np.asarray(np.clip(high - low, 0, None) / np.diff(edges)[:, None])
