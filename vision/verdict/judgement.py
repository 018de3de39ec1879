"""What the network gave for one photo: the input of the verdict's rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.copies.pdq import PhotoHash
from vision.photo.quality import QualityIssue, QualityMeasures
from vision.timings import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence map: float32 [H, W], the signed part of each place in the logit (positive: genuine).

    `box` is the map's x0 y0 x1 y1 as shares of the photo; a letterboxed map reaches outside 0..1. `foreground`, float32
    [H, W] from 0 to 1, is how much of each place shows the product; None for a bundle that doesn't find it.
    """

    values: NDArray[np.float32]
    box: tuple[float, float, float, float]
    foreground: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFault:
    """Why a photo could not be read: a PhotoError's code and message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoJudgement:
    """What the network gave for one photo: a logit, or the error that prevented it.

    `product_logit` runs parallel to the bundle's products. `hash` finds copies of a photo; without it only files of
    equal bytes count as copies. `quality` was read from `measures`. No rule reads `embedding` (float32 [D], of unit
    length), `bits_per_px` (of the file as sent), `timings` or `judged_together` (photos in that run of the graph): they
    serve monitoring.
    """

    index: int
    sha256: str
    logit: float | None = None
    quality: tuple[QualityIssue, ...] = ()
    product_logit: tuple[float, ...] | None = None
    novelty: float | None = None
    evidence: Evidence | None = None
    error: PhotoFault | None = None
    hash: PhotoHash | None = None
    embedding: NDArray[np.float32] | None = None
    measures: QualityMeasures | None = None
    bits_per_px: float | None = None
    timings: tuple[Timing, ...] = ()
    judged_together: int | None = None
