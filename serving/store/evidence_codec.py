"""Evidence as it is stored beside a photo's row: a small header, float16 values, and a byte a place of foreground."""

from __future__ import annotations

import struct

import numpy as np

from vision.verdict import Evidence

_HEADER = struct.Struct("<BHH4f")  # layout version, height, width, box
_LAYOUT = 1
_WITH_FOREGROUND = 2  # uint8 [H, W] after the values
_FULL = 255  # a place that shows nothing but the product


def pack_evidence(evidence: Evidence) -> bytes:
    """Give the grid as bytes; values keep three digits, more than a picture shows."""
    height, width = evidence.values.shape
    foreground = evidence.foreground
    layout = _LAYOUT if foreground is None else _WITH_FOREGROUND
    packed = _HEADER.pack(layout, height, width, *evidence.box) + evidence.values.astype("<f2").tobytes()
    return packed if foreground is None else packed + (foreground * _FULL).round().astype(np.uint8).tobytes()


def unpack_evidence(packed: bytes) -> Evidence:
    """Give back what `pack_evidence` packed: values and foreground float32 [H, W]."""
    layout, height, width, x0, y0, x1, y1 = _HEADER.unpack_from(packed)
    places = height * width
    values = np.frombuffer(packed, "<f2", places, _HEADER.size).reshape(height, width)
    foreground = None
    if layout == _WITH_FOREGROUND:
        after = _HEADER.size + values.nbytes
        levels = np.frombuffer(packed, np.uint8, places, after).reshape(height, width)
        foreground = (levels / _FULL).astype(np.float32)
    return Evidence(values=values.astype(np.float32), box=(x0, y0, x1, y1), foreground=foreground)
