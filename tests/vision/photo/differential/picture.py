"""The picture that every combination encodes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH: Final = 96
HEIGHT: Final = 72


def make_picture() -> NDArray[np.uint8]:
    """uint8 [72, 96, 3]: soft colours within every colour space tried, hard edges, texture, black and white."""
    random = np.random.default_rng(11)
    coarse = random.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), np.float64)
    pixels = 0.6 * pixels + 0.4 * pixels.mean(axis=2, keepdims=True)
    pixels += random.normal(0, 3, (HEIGHT, WIDTH, 1))  # texture in light, which no chroma subsampling removes
    pixels[20:34, 12:40] = pixels[20:34, 12:40] * 0.4
    pixels[50:60, 60:66], pixels[50:60, 66:72] = 0, 255
    pixels[:, :6] = np.linspace(0, 255, HEIGHT)[:, None, None]
    return np.asarray(np.clip(pixels.round(), 0, 255), np.uint8)
