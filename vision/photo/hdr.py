"""High dynamic range photos (PQ and HLG, ITU-R BT.2100) as sRGB.

What is as bright as white paper or darker keeps its brightness as long as the photo has nothing brighter; brighter
lights are compressed into the top of the scale. White paper is 203 cd/m2 (ITU-R BT.2408, table 1).
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from vision.errors import PhotoColourUnsupported
from vision.photo.code_points import PQ, SEND_SRGB, CodePoints, primaries_of
from vision.photo.icc import SRGB_PRIMARIES, rgb_to_xyz

_WHITE_NITS: Final = 203.0
_HLG_PEAK_NITS: Final = 1000.0
_MIN_BIT_DEPTH: Final = 10  # BT.2100 has 10 and 12; in 8 bits a lossy file is off by 3 levels of sRGB and more
_NODES: Final = 65  # the most that Pillow takes; with 33 dark colours are off by up to 3 levels
_BRIGHTEST_SHARE: Final = 0.001  # of the pixels that may be brighter than what counts as the photo's brightest
_PEAK_STEP: Final = 8  # of 255: photos of about the same brightness share a table
_CLIPPED: Final = 1.25  # times white: so little above it is cut off, since compressing it would dull the whole photo
_KNEE: Final = 0.75  # of white: what is darker keeps its brightness in any photo


def tone_map(image: Image.Image, points: CodePoints, bit_depth: int) -> Image.Image:
    """The picture, mode RGB, from the PQ or HLG signal that `points` name to sRGB.

    bit_depth: the file's bits a channel; raises PhotoColourUnsupported where they are too few.
    """
    if bit_depth < _MIN_BIT_DEPTH:
        name = "PQ" if points.transfer == PQ else "HLG"
        raise PhotoColourUnsupported(
            f"the photo is in high dynamic range ({name}) of {bit_depth} bits a channel, which are too few for "
            f"its colours: {SEND_SRGB}, or send it in {_MIN_BIT_DEPTH} bits."
        )
    peak = min(255, -(-_peak_level(image) // _PEAK_STEP) * _PEAK_STEP)
    return image.filter(_table(points, peak))


def pq_to_nits(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Display light in cd/m2 of a PQ signal, 0 to 1 (SMPTE ST 2084)."""
    root: NDArray[np.float64] = signal ** (1 / (2523 / 4096 * 128))
    below = 2413 / 4096 * 32 - 2392 / 4096 * 32 * root
    light: NDArray[np.float64] = (np.maximum(root - 3424 / 4096, 0) / below) ** (1 / (2610 / 16384))
    return 10_000.0 * light


def hlg_to_nits(signal: NDArray[np.float64], luminance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Display light in cd/m2 of an HLG signal [..., 3], 0 to 1, on a display of 1,000 cd/m2 (BT.2100 table 5).

    luminance: [3], the share of each primary in the light of white.
    """
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene: NDArray[np.float64] = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    light: NDArray[np.float64] = np.maximum(scene @ luminance, 1e-9)[..., None]
    display: NDArray[np.float64] = _HLG_PEAK_NITS * light**0.2 * scene
    return display


def compress(light: NDArray[np.float64], peak: float) -> NDArray[np.float64]:
    """Light [..., 3] where white is 1, so that `peak` becomes 1 and hues stay. A peak near 1 changes nothing."""
    brightest: NDArray[np.float64] = light.max(axis=-1, keepdims=True)
    if peak <= _CLIPPED:
        return light
    over = np.maximum(brightest - _KNEE, 0) / (1 - _KNEE)
    top = (peak - _KNEE) / (1 - _KNEE)
    # Reinhard's extended curve: slope 1 at the knee, and 1 at the top.
    mapped = np.where(brightest > _KNEE, _KNEE + (1 - _KNEE) * over * (1 + over / top**2) / (1 + over), brightest)
    return light * mapped / np.maximum(brightest, 1e-9)


def _peak_level(image: Image.Image) -> int:
    """The signal, 0 to 255, that hardly any pixel's brightest channel exceeds."""
    counts = np.array(image.histogram()).reshape(3, 256)
    above = counts[:, ::-1].cumsum(axis=1)[:, ::-1]  # [3, 256]: pixels at or above each level
    is_common = np.any(above > _BRIGHTEST_SHARE * image.width * image.height, axis=0)
    return int(np.flatnonzero(is_common).max(initial=0))


@lru_cache(maxsize=8)
def _table(points: CodePoints, peak_level: int) -> ImageFilter.Color3DLUT:
    source = rgb_to_xyz(primaries_of(points))

    def to_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
        nits = pq_to_nits(signal) if points.transfer == PQ else hlg_to_nits(signal, source[1])
        return nits / _WHITE_NITS

    axis = np.linspace(0, 1, _NODES)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # Pillow's order: red changes fastest
    light = to_light(np.stack([red, green, blue], axis=-1))
    peak = float(to_light(np.full(3, peak_level / 255)).max())
    to_srgb = np.linalg.solve(rgb_to_xyz(SRGB_PRIMARIES), source)
    linear = compress(light, peak) @ to_srgb.T
    # Not clipped to 0 .. 1: Pillow does so after it has interpolated, and a kink in the table would dull what is near.
    encoded = np.sign(linear) * (1.055 * np.maximum(np.abs(linear), 0.0031308) ** (1 / 2.4) - 0.055)
    encoded = np.where(np.abs(linear) <= 0.0031308, 12.92 * linear, encoded)
    return ImageFilter.Color3DLUT(_NODES, encoded.reshape(-1).astype(np.float32))
