"""Evidence as it is stored beside a photo's row: a small header and float16 values, some hundred bytes."""

from __future__ import annotations

import struct

import numpy as np

from vision.verdict import Evidence

_HEADER = struct.Struct("<BHH4f")  # layout version, height, width, box
_LAYOUT = 1


def pack_evidence(evidence: Evidence) -> bytes:
    """Give the grid as bytes; values keep three digits, more than a picture shows."""
    height, width = evidence.values.shape
    return _HEADER.pack(_LAYOUT, height, width, *evidence.box) + evidence.values.astype("<f2").tobytes()


def unpack_evidence(packed: bytes) -> Evidence:
    """Give back what `pack_evidence` packed: values float32 [H, W]."""
    _, height, width, x0, y0, x1, y1 = _HEADER.unpack_from(packed)
    values = np.frombuffer(packed, dtype="<f2", offset=_HEADER.size).reshape(height, width)
    return Evidence(values=values.astype(np.float32), box=(x0, y0, x1, y1))
