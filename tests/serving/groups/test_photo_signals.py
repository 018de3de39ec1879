from __future__ import annotations

from pathlib import Path

import numpy as np

from serving.groups.photo_signals import read_signals
from tests.serving.builders.sample_photos import BLUE, flat_jpeg, jpeg, truncated_jpeg
from vision.detector import Detector
from vision.photo.decode import DEFAULT_LIMITS, PhotoLimits


def test_a_photo_has_hashes_and_by_a_bundle_an_embedding(tiny_bundle: Path) -> None:
    plain = read_signals(jpeg(BLUE), None, DEFAULT_LIMITS)
    judged = read_signals(jpeg(BLUE), Detector(tiny_bundle), DEFAULT_LIMITS)
    assert plain.hashes is not None
    assert judged.hashes is not None
    assert judged.embedding is not None
    assert plain.embedding is None
    assert np.array_equal(plain.hashes, judged.hashes)
    assert plain.hashes.shape == (8, 32)
    assert plain.hashes.dtype == np.uint8
    assert abs(np.linalg.norm(judged.embedding) - 1) < 1e-5


def test_what_can_not_be_compared_says_why(tiny_bundle: Path) -> None:
    flat = read_signals(flat_jpeg(), Detector(tiny_bundle), DEFAULT_LIMITS)
    assert (flat.hashes, flat.fault) == (None, "photo_flat")
    assert flat.embedding is not None
    for data, limits in (
        (truncated_jpeg(), DEFAULT_LIMITS),
        (b"x", DEFAULT_LIMITS),
        (jpeg(), PhotoLimits(max_bytes=9)),
    ):
        unreadable = read_signals(data, None, limits)
        assert (unreadable.hashes, unreadable.embedding, unreadable.fault) == (None, None, "photo_unreadable")
