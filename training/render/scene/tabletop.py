"""Table and wall coverings: wood, marble, concrete, cloth, tiles, paper, plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image
from PIL.Image import Resampling

from training.render.geometry.material import Paint, Texture, linear
from training.render.geometry.surface import Floats

SIZE_PX = 512
_MATTE_FROM = 0.55


def draw_covering(rng: np.random.Generator, *, min_roughness: float = 0.0) -> Paint:
    """Draw one covering with its picture [512, 512, 3]."""
    kind = list(_KINDS)[rng.choice(len(_KINDS), p=_SHARES)]
    picture = np.clip(_KINDS[kind](rng), 0.01, 0.95).astype(np.float32)
    roughness = float(np.clip(_ROUGHNESS[kind] * (0.8 + 0.4 * rng.random()), 0.1, 1))
    roughness = max(roughness, min_roughness)
    return Paint(color=linear(picture), roughness=roughness, specular=0.4, matte=roughness > _MATTE_FROM)


def smooth_noise(
    rng: np.random.Generator,
    height: int,
    width: int,
    cells: float,
    octaves: int = 4,
    gain: float = 0.5,
    stretch: tuple[float, float] = (1, 1),
) -> Texture:
    """Give fractal noise [height, width] from 0 to 1; `cells` across at first, stretched by row and column."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        rows = max(2, int(cells * 2**octave * stretch[0]))
        columns = max(2, int(cells * 2**octave * stretch[1]))
        grid = Image.fromarray(rng.random((rows, columns), dtype=np.float32))
        total += gain**octave * np.asarray(grid.resize((width, height), Resampling.BICUBIC))
    total -= total.min()
    return np.asarray(total / (total.max() + np.float32(1e-9)), np.float32)


def mute(color: Floats, keep: float) -> Floats:
    """Give the colour with only `keep` of its saturation."""
    muted: Floats = np.mean(color) + (color - np.mean(color)) * keep
    return muted


def _noise(
    rng: np.random.Generator,
    cells: float,
    octaves: int = 4,
    gain: float = 0.5,
    stretch: tuple[float, float] = (1, 1),
) -> Texture:
    return smooth_noise(rng, SIZE_PX, SIZE_PX, cells, octaves, gain, stretch)


def _wood(rng: np.random.Generator) -> Floats:
    hues = np.array([[0.36, 0.22, 0.12], [0.55, 0.38, 0.22], [0.22, 0.13, 0.08], [0.68, 0.55, 0.40]])
    hue = hues[rng.integers(4)]
    grain, warp = _noise(rng, 3, 5, 0.55, (6, 0.5)), _noise(rng, 2, 2)
    rings = 0.5 + 0.5 * np.sin((grain * 4 + warp * 3) * 2 * np.pi)
    fibre = _noise(rng, 40, 2, 0.5, (2, 0.1)) - 0.5
    planks: Floats = hue * (0.75 + 0.15 * rings + 0.25 * fibre)[..., None]
    for row in range(0, SIZE_PX, SIZE_PX // int(rng.integers(3, 6))):
        planks[row : row + 2] *= 0.55
    return planks


def _marble(rng: np.random.Generator) -> Floats:
    base = np.array([0.78, 0.77, 0.75]) * (0.85 + 0.15 * rng.random())
    vein = np.abs(_noise(rng, 3, 6) - 0.5) * 2
    stone: Floats = base * (1 - 0.55 * np.exp(-vein * 14))[..., None] * (0.93 + 0.07 * _noise(rng, 6, 4))[..., None]
    return stone


def _concrete(rng: np.random.Generator) -> Floats:
    base = (0.28 + 0.3 * rng.random()) * np.array([1, 0.98, 0.95])
    stone: Floats = base * (0.75 + 0.4 * _noise(rng, 4, 7, 0.6))[..., None]
    return stone


def _cloth(rng: np.random.Generator) -> Floats:
    base = mute(rng.random(3), 0.18) * 0.5 + 0.12
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX]
    weave = 0.5 + 0.25 * np.sin(x * np.pi / 3) * np.sign(np.sin(y * np.pi / 6)) + 0.25 * np.sin(y * np.pi / 3)
    cloth: Floats = base * (0.65 + 0.45 * weave + 0.15 * _noise(rng, 8, 5))[..., None]
    return cloth


def _tiles(rng: np.random.Generator) -> Floats:
    base = rng.random(3) * 0.25 + 0.5
    side = SIZE_PX // int(rng.integers(4, 8))
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX]
    shade = rng.random((SIZE_PX // side + 1, SIZE_PX // side + 1))[y // side, x // side]
    tiles: Floats = base * (0.88 + 0.12 * shade)[..., None]
    tiles[((x % side) < 4) | ((y % side) < 4)] = 0.35
    return tiles


def _paper(rng: np.random.Generator) -> Floats:
    base = np.clip(rng.random(3) * 0.3 + 0.6, 0, 0.9)
    sheet: Floats = base * (0.97 + 0.03 * _noise(rng, 60, 3))[..., None]
    return sheet


def _plain(rng: np.random.Generator) -> Floats:
    base = mute(rng.random(3), 0.18) * 0.6 + 0.15
    sheet: Floats = base * (0.96 + 0.04 * _noise(rng, 3, 3))[..., None]
    return sheet


_KINDS: Mapping[str, Callable[[np.random.Generator], Floats]] = {
    "wood": _wood,
    "marble": _marble,
    "concrete": _concrete,
    "cloth": _cloth,
    "plain": _plain,
    "tiles": _tiles,
    "paper": _paper,
}
_SHARES = (0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125)
_ROUGHNESS = {"wood": 0.35, "marble": 0.15, "concrete": 0.7, "cloth": 0.9, "plain": 0.5, "tiles": 0.2, "paper": 0.8}
