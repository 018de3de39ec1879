"""How much of the evidence lies on the product, by the manifest's mask of it, else its box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.data.cells import box_in_cells, mean_in_cells
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
    height, width = evidence.values.shape
    place = find_place(row)
    if place is None:
        raise ValueError(f"row {row.row} marks no product; only marked rows are measured")
    if place.mask is None:
        return box_in_cells(place.box, (height, width), evidence.box)
    return mean_in_cells(place.mask, (height, width), evidence.box)
