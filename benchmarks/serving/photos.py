"""JPEGs like a phone's, of each size: enlarged sample photos with grain, so that their file size is realistic.

Quality 85, 4:2:0, baseline. Without grain an enlarged photo is smooth, compresses to a third and decodes too fast.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final, Literal

import numpy as np
from PIL import Image

from benchmarks.serving.work_folder import PHOTOS, ROOT

Size = Literal["small", "1mp", "4mp", "12mp"]
SIDES_PX: Final[dict[Size, tuple[int, int]]] = {
    "small": (320, 240),
    "1mp": (1152, 864),
    "4mp": (2304, 1728),
    "12mp": (4000, 3000),
}
_SAMPLE: Final = ROOT / "training" / "samples" / "hair_dryers" / "photos"
_COUNT: Final = 4
_GRAIN: Final = 4.0  # of 255 at middle grey: 1 to 2 bits a pixel in the file


@functools.cache
def photos_of(size: Size) -> tuple[Path, ...]:
    """Four photos of that size, made at the first call."""
    folder = PHOTOS / size
    files = tuple(folder / f"{number}.jpg" for number in range(_COUNT))
    if not all(file.is_file() for file in files):
        folder.mkdir(parents=True, exist_ok=True)
        sources = sorted(_SAMPLE.glob("*.jpg"))
        for number, file in enumerate(files):
            _write_photo(sources[number * len(sources) // _COUNT], file, SIDES_PX[size], seed=number)
    return files


def _write_photo(source: Path, file: Path, sides: tuple[int, int], *, seed: int) -> None:
    with Image.open(source) as opened:
        cropped = opened.convert("RGB").crop((0, opened.height // 8, opened.width, opened.height * 7 // 8))
    pixels = np.asarray(cropped.resize(sides, Image.Resampling.LANCZOS), np.float32)  # [H, W, 3]
    noise = np.random.default_rng(seed).normal(0, 1, pixels.shape[:2]).astype(np.float32)
    grain = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, (1, 1), (0, 1))) / 2  # as demosaicing
    strength = _GRAIN * np.sqrt(pixels.mean(2) / 128 + 0.15)  # shot noise grows with the root of the light
    noisy = np.clip(pixels + (strength * grain)[..., None], 0, 255).astype(np.uint8)
    draft = file.with_suffix(".part")
    Image.fromarray(noisy).save(draft, "JPEG", quality=85)
    draft.replace(file)
