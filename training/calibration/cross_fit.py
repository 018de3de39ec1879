"""Calibrations fitted without the listings that they are then measured on.

The listings that set a threshold lie on its right side by construction, so their own error rates say nothing about
others. Each part of them is therefore judged by the calibration and thresholds of the other parts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.calibration.bundle_kind import bundle_kind, labels_needed
from training.calibration.config import CalibrationConfig
from training.calibration.fitted import FittedCalibration, fit_on_held_out
from training.calibration.held_out import CalibrationSet
from training.data.splits import group_folds, group_rows


def cross_fit(
    predictions: CalibrationSet, config: CalibrationConfig, *, seed: int
) -> Iterator[tuple[CalibrationSet, FittedCalibration]]:
    """Each part of the predictions, with what was fitted on all others; nothing where a label is of one seller.

    There are `config.folds` parts, or as many as the rarer label has listings (or sellers).
    """
    manifest, rows = predictions.manifest, predictions.rows
    labels = labels_needed(bundle_kind(manifest))
    groups = [len(group_rows(manifest, [row for row in rows if manifest.rows[row].label == label])) for label in labels]
    if min(groups) < 2:
        return
    parts = min(max(2, config.folds), min(groups))
    for others, own in group_folds(manifest, rows, k=parts, seed=seed):
        yield _of_rows(predictions, own), fit_on_held_out(_of_rows(predictions, others), config)


def _of_rows(predictions: CalibrationSet, rows: tuple[int, ...]) -> CalibrationSet:
    place = {row: place for place, row in enumerate(predictions.rows)}
    taken = predictions.outputs.take(np.array([place[row] for row in rows], np.int64))
    return CalibrationSet(manifest=predictions.manifest, rows=rows, outputs=taken, source=predictions.source)
