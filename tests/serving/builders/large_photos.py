"""Photos as a phone takes them: 12 megapixels with detail everywhere and a sensor's noise, about 2.6 MB each."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SAMPLE = Path(__file__).parents[3] / "training" / "samples" / "hair_dryers" / "photos"
SIDE_PX = 1000  # of one sample photo, enlarged three times; twelve times would leave a third of a real photo's detail
ACROSS, DOWN = 4, 3
NOISE = 5  # levels of 255
QUALITY = 88


def large_photo(index: int) -> bytes:
    """One of twelve JPEGs, by an index of 0 to 11: as many sample photos side by side, each time moved on by one."""
    shift = (index // ACROSS * SIDE_PX, index % ACROSS * SIDE_PX)
    stream = io.BytesIO()
    Image.fromarray(np.roll(_pixels(), shift, axis=(0, 1))).save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


@functools.cache
def _pixels() -> NDArray[np.uint8]:
    """The first photo, uint8 [H, W, 3]."""
    canvas = Image.new("RGB", (ACROSS * SIDE_PX, DOWN * SIDE_PX))
    for place, file in enumerate(sorted(SAMPLE.iterdir())[:: DOWN * ACROSS][: DOWN * ACROSS]):
        with Image.open(file) as photo:
            enlarged = photo.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
        canvas.paste(enlarged, (place % ACROSS * SIDE_PX, place // ACROSS * SIDE_PX))
    noise = np.random.default_rng(0).normal(0, NOISE, (DOWN * SIDE_PX, ACROSS * SIDE_PX, 1)).astype(np.float32)
    return np.clip(np.asarray(canvas) + noise, 0, 255).astype(np.uint8)
