"""Shares of a grid's cells that a photo's box or mask covers, exact to the part of a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.data.photo_row import Box

Floats = NDArray[np.float64]


def mean_in_cells(values: NDArray[np.float32] | NDArray[np.bool_], shape: tuple[int, int], frame: Box) -> Floats:
    """The mean of `values` [h, w], which cover the whole photo, in each cell of a grid: [H, W] = `shape`.

    `frame` is the grid's x0, y0, x1, y1 as shares of the photo; what reaches outside the photo counts as 0.
    """
    rows, columns = (np.linspace(0, 1, side + 1) for side in values.shape)
    down, across = _edges(shape, frame)
    return np.asarray(
        _overlaps(down, rows[:-1], rows[1:]) @ values @ _overlaps(across, columns[:-1], columns[1:]).T, np.float64
    )


def box_in_cells(box: Box, shape: tuple[int, int], frame: Box) -> Floats:
    """The share of each cell of the grid, [H, W] = `shape` over `frame`, that lies in the box."""
    x0, y0, x1, y1 = box
    down, across = _edges(shape, frame)
    return np.asarray(
        _overlaps(down, np.array([y0]), np.array([y1])) @ _overlaps(across, np.array([x0]), np.array([x1])).T
    )


def _edges(shape: tuple[int, int], frame: Box) -> tuple[Floats, Floats]:
    x0, y0, x1, y1 = frame
    return np.linspace(y0, y1, shape[0] + 1), np.linspace(x0, x1, shape[1] + 1)


def _overlaps(edges: Floats, starts: Floats, ends: Floats) -> Floats:
    """The share of each cell between `edges` [G + 1] that each interval [n] covers: [G, n]."""
    low = np.maximum(edges[:-1, None], starts[None])
    high = np.minimum(edges[1:, None], ends[None])
    return np.asarray(np.clip(high - low, 0, None) / np.diff(edges)[:, None])
