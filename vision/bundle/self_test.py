"""The inputs on which each graph's expected outputs are stored, so that a processor that computes otherwise is seen."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SELF_TEST_COUNT: Final = 8
_SEED: Final = 20_260_101
_GRID: Final = 9


def self_test_inputs(size_px: int) -> NDArray[np.uint8]:
    """Eight pictures of smooth noise with a disc and a bar each: uint8 [8, S, S, 3] RGB, the same on every machine."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    axis = (np.arange(size_px) + 0.5) / size_px
    return np.stack([_picture(random, axis) for _ in range(SELF_TEST_COUNT)])


def _picture(random: np.random.Generator, axis: NDArray[np.float64]) -> NDArray[np.uint8]:
    picture = _smooth(random.random((_GRID, _GRID, 3)), axis)  # [S, S, 3], 0..1
    centre_x, centre_y, radius, left, top, *colours = random.random(11)
    disc = (axis[None] - centre_x) ** 2 + (axis[:, None] - centre_y) ** 2 < (0.1 + 0.2 * radius) ** 2
    bar = (abs(axis[None] - left) < 0.3) & (abs(axis[:, None] - top) < 0.06)
    picture[disc] = colours[:3]
    picture[bar] = colours[3:]
    return np.floor(picture * 255.999).astype(np.uint8)


def _smooth(grid: NDArray[np.float64], axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """The grid [G, G, 3] spread over the axis by straight lines between its points: [S, S, 3]."""
    place = axis * (_GRID - 1)
    low = np.minimum(place.astype(int), _GRID - 2)
    share = (place - low)[:, None]
    rows = grid[low] * (1 - share[..., None]) + grid[low + 1] * share[..., None]  # [S, G, 3]
    spread: NDArray[np.float64] = rows[:, low] * (1 - share) + rows[:, low + 1] * share  # [S, S, 3]
    return spread
