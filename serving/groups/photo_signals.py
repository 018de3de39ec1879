"""What of a photo can be compared: its perceptual hash, and its embedding by the bundle of a product."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vision.copies.orientations import hash_turned, working_copy
from vision.detector import Detector
from vision.errors import PhotoError
from vision.photo.decode import PhotoLimits, open_photo

Fault = Literal["photo_flat", "photo_unreadable"]
_SMALLEST_SIDE_PX = 512  # twice the side of the copy that is hashed


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSignals:
    """A photo's signals: its hash in eight orientations, uint8 [8, 32], or None where `fault` says why not.

    `embedding`, float32 [D] of unit length, is None without a detector.
    """

    hashes: NDArray[np.uint8] | None
    embedding: NDArray[np.float32] | None
    fault: Fault | None


def read_signals(data: bytes, detector: Detector | None, limits: PhotoLimits) -> PhotoSignals:
    """Give the signals of a photo's bytes. Flat photos have no hash: theirs is near that of any other flat one."""
    try:
        photo = open_photo(data, smallest_side_px=_SMALLEST_SIDE_PX, side="longer", limits=limits)
    except PhotoError:
        return PhotoSignals(hashes=None, embedding=None, fault="photo_unreadable")
    hashes = hash_turned(working_copy(photo))
    embedding = None if detector is None else detector.judge_photo(data, 0).embedding
    return PhotoSignals(hashes=hashes, embedding=embedding, fault="photo_flat" if hashes is None else None)
