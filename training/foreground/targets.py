"""What the foreground of a photo should be, on the network's grid: from a mask, a box, or a teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.data.photo_row import Box, PhotoRow
from training.data.product_mask import read_product_mask
from training.foreground.config import ForegroundSource
from vision.inputs import InputGeometry, open_for_input, to_input
from vision.photo.decode import Photo

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForegroundTarget:
    """What the foreground should be in each cell of the network's square input.

    values: float32 [H, W], the share of the cell that is product, 0 to 1; letterbox bars are 0.
    weight: float32 [H, W], how much the cell counts; 0 where nothing is known.
    """

    values: Floats
    weight: Floats


class Teacher(Protocol):
    """Estimates where the product is in a photo of which nothing is known."""

    def saliency(self, photo: Photo) -> Floats:
        """float32 [h, w] over the whole upright photo, of any size: how likely each place is product, 0 to 1."""
        ...


def foreground_target(
    row: PhotoRow,
    grid: int,
    geometry: InputGeometry,
    teacher: Teacher | None,
    source: ForegroundSource = "auto",
) -> ForegroundTarget | None:
    """The target of a row's photo on `grid` × `grid` cells, or None where nothing says where the product is.

    With `auto` the photo's mask counts, else its box, else the teacher; another `source` takes that one alone.
    Raises PhotoError for a photo that can't be read, and ManifestError, which names the row, for a mask that can't.
    """
    if not _has_target(row, teacher, source):
        return None
    photo = open_for_input(row.photo.read_bytes(), geometry)
    return photo_target(photo, row, grid, geometry, teacher, source)


def photo_target(
    photo: Photo,
    row: PhotoRow,
    grid: int,
    geometry: InputGeometry,
    teacher: Teacher | None,
    source: ForegroundSource = "auto",
) -> ForegroundTarget | None:
    """`foreground_target` of a photo that is open already."""
    input_box = to_input(photo, geometry).boxes[0].astype(np.float64)
    if row.product_mask is not None and source in ("auto", "mask"):
        mask = read_product_mask(row, width_px=photo.width_px, height_px=photo.height_px)
        return _known(_share_of_cells(mask.astype(np.float32), grid, input_box))
    if row.box is not None and source in ("auto", "box"):
        return _known(_box_in_cells(row.box, grid, input_box))
    if teacher is not None and source in ("auto", "saliency"):
        return _known(_share_of_cells(teacher.saliency(photo), grid, input_box))
    return None


def _has_target(row: PhotoRow, teacher: Teacher | None, source: ForegroundSource) -> bool:
    given = {"mask": row.product_mask, "box": row.box, "saliency": teacher}
    return any(value is not None for name, value in given.items() if source in ("auto", name))


def _known(values: Floats) -> ForegroundTarget:
    return ForegroundTarget(values=values, weight=np.ones_like(values))


def _share_of_cells(map_: Floats, grid: int, input_box: NDArray[np.float64]) -> Floats:
    """The mean of `map_` [h, w], which covers the whole photo, in each cell [grid, grid]; outside the photo it is 0."""
    height, width = map_.shape
    rows = np.linspace(0, 1, height + 1)
    columns = np.linspace(0, 1, width + 1)
    x0, y0, x1, y1 = input_box
    down = _overlaps(np.linspace(y0, y1, grid + 1), rows[:-1], rows[1:])  # [grid, h]
    across = _overlaps(np.linspace(x0, x1, grid + 1), columns[:-1], columns[1:])  # [grid, w]
    return np.asarray(down @ map_ @ across.T, np.float32)


def _box_in_cells(box: Box, grid: int, input_box: NDArray[np.float64]) -> Floats:
    """The share of each cell [grid, grid] that lies in the box."""
    bx0, by0, bx1, by1 = box
    x0, y0, x1, y1 = input_box
    down = _overlaps(np.linspace(y0, y1, grid + 1), np.array([by0]), np.array([by1]))  # [grid, 1]
    across = _overlaps(np.linspace(x0, x1, grid + 1), np.array([bx0]), np.array([bx1]))  # [grid, 1]
    return np.asarray(down @ across.T, np.float32)


def _overlaps(
    edges: NDArray[np.float64], starts: NDArray[np.float64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The share of each cell between `edges` [G + 1] that each interval [n] covers: [G, n]."""
    low = np.maximum(edges[:-1, None], starts[None])
    high = np.minimum(edges[1:, None], ends[None])
    return np.asarray(np.clip(high - low, 0, None) / np.diff(edges)[:, None])
