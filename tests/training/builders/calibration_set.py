"""Held-out predictions made from labels rather than by a network."""

from __future__ import annotations

import numpy as np

from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest
from training.model.outputs import PhotoOutputs


def random_predictions(manifest: Manifest) -> CalibrationSet:
    """A random logit for every photo, shifted by 1 towards its label."""
    genuine = np.array([row.label == "genuine" for row in manifest.rows])
    logit = np.random.default_rng(0).normal(0, 1, len(genuine)) + 2 * (genuine - 0.5)
    return CalibrationSet(
        manifest=manifest, rows=tuple(range(len(genuine))), outputs=PhotoOutputs(logit=logit), source="held_out"
    )
