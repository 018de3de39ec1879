"""Touchstone's pipeline: the same decoding, resizing and session, so that only the servers differ."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.bundle.bundle import read_bundle
from vision.inference.scorer import Scorer
from vision.inputs import open_for_input, to_input

_BUNDLE = read_bundle(Path(os.environ["BUNDLE"]))
_GEOMETRY = _BUNDLE.metadata.geometry


def open_session() -> Scorer:
    """One thread a call, on the bundle's int8 graph where it has one."""
    return Scorer(_BUNDLE)


def read_tile(data: bytes) -> NDArray[np.uint8]:
    """The network's input of a photo, uint8 [S, S, 3] RGB."""
    photo = open_for_input(data, _GEOMETRY)
    tile: NDArray[np.uint8] = to_input(photo, _GEOMETRY).pixels[0]
    return tile


def judge(session: Scorer, tiles: list[NDArray[np.uint8]]) -> list[dict[str, float]]:
    """An answer for each tile."""
    logits = session.score(np.stack(tiles)).logit
    return [{"logit": float(logit), "authenticity": 1 / (1 + math.exp(-float(logit)))} for logit in logits]
