"""Adds a bundle's validation sample: its values on held-out listings, to compare later photos with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.calibration.held_out import CalibrationSet
from training.data.photo_row import PhotoRow
from training.progress import photo_progress
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import Precision
from vision.detector import Detector
from vision.drift_sample import (
    Projection,
    ValidationSample,
    fit_projection,
    measure_photo,
    representative_photo,
    write_sample,
)
from vision.verdict import PhotoJudgement


def add_validation_sample(
    bundle: Bundle, held_out: CalibrationSet, precision: Precision, *, embed: bool, threads: int, console: Console
) -> None:
    """Measure one photo of each held-out listing as serving does, and write the sample into the bundle's folder.

    Logit and novelty are the held-out predictions; quality and, with `embed`, the embedding are the sealed graph's.
    Out-of-fold networks are fitted on fewer photos, so their novelty is higher than that of the network that ships: it
    is left out.
    """
    detector = Detector(bundle, precision=precision)
    chosen = [
        (held_out.manifest.rows[rows[drawn.index]], drawn)
        for rows, judgements in held_out.listing_judgements()
        if (drawn := representative_photo(judgements)) is not None
    ]
    with photo_progress("validation sample", len(chosen), console) as advance, ThreadPoolExecutor(threads) as pool:

        def measure(entry: tuple[PhotoRow, PhotoJudgement]) -> PhotoJudgement:
            row, predicted = entry
            novelty = None if held_out.is_cross_fitted else predicted.novelty
            judgement = detector.judge_photo(row.photo.read_bytes(), 0)
            advance(1)
            return replace(judgement, logit=predicted.logit, novelty=novelty, evidence=None)

        judgements = list(pool.map(measure, chosen))
    projection = _half_projection(judgements) if embed else None
    write_sample(
        bundle.folder,
        precision,
        ValidationSample(
            values=_columns(detector, judgements, projection),
            counterfeit=np.array([row.label == "counterfeit" for row, _ in chosen]),
            product=tuple(row.product for row, _ in chosen),
            projection=projection,
        ),
    )


def _half_projection(judgements: list[PhotoJudgement]) -> Projection | None:
    """A projection fitted on every other listing, for the comparison with the rest."""
    return fit_projection(np.stack([one.embedding for one in judgements[::2] if one.embedding is not None]))


def _columns(
    detector: Detector, judgements: list[PhotoJudgement], projection: Projection | None
) -> dict[str, NDArray[np.float64]]:
    fitted = [measure_photo(one, detector.scorer.graph, None) or {} for one in judgements[::2]]
    others = [measure_photo(one, detector.scorer.graph, projection) or {} for one in judgements[1::2]]
    names = (others or fitted)[0]
    columns = {name: np.full(len(judgements), np.nan) for name in names}
    for start, rows in ((0, fitted), (1, others)):
        for name, column in columns.items():
            column[start::2] = [row.get(name, np.nan) for row in rows]
    return columns
