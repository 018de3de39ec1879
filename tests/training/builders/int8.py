"""Gates of int8 graphs, and predictions with known logits."""

from __future__ import annotations

import numpy as np

from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest
from training.model.outputs import PhotoOutputs
from vision.bundle.metadata import Int8Gate, Tally


def gate_of(*, listings: int = 748, crossed: int = 0, changed: int = 14, fall: float = 0.0002) -> Int8Gate:
    return Int8Gate(
        listings=listings,
        source="out_of_fold",
        crossed=Tally(count=crossed, upper=0.005),
        changed=Tally(count=changed, upper=0.03),
        auroc_fp32=0.89,
        auroc_int8=0.89 - fall,
        auroc_fall=fall,
        auroc_fall_low=fall - 0.001,
        auroc_fall_high=fall + 0.001,
    )


def predictions_of(manifest: Manifest, listing_logits: list[float]) -> CalibrationSet:
    """The first listings' photos, each with its listing's logit."""
    rows: list[int] = []
    logits: list[float] = []
    for logit, own in zip(listing_logits, manifest.listings.values(), strict=False):
        rows += own
        logits += [logit] * len(own)
    outputs = PhotoOutputs(logit=np.array(logits, float))
    return CalibrationSet(manifest=manifest, rows=tuple(rows), outputs=outputs, source="out_of_fold")
