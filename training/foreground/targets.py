"""What the foreground of a photo should be, on the network's grid: from a mask, a box, or a teacher."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.data.cells import box_in_cells, mean_in_cells
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Saliency:
    """How likely each place is product: values float32 [h, w], 0 to 1, of any size.

    `frame` is the map's x0, y0, x1, y1 as shares of the upright photo's width and height; it may reach outside 0..1.
    """

    values: Floats
    frame: Box


class Teacher(Protocol):
    """Estimates where the product is in a photo of which nothing is known."""

    def saliency(self, photo: Photo) -> Saliency:
        """The estimate for one photo."""
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
    x0, y0, x1, y1 = to_input(photo, geometry).boxes[0].tolist()
    shape, frame = (grid, grid), (x0, y0, x1, y1)
    if row.product_mask is not None and source in ("auto", "mask"):
        mask = read_product_mask(row, width_px=photo.width_px, height_px=photo.height_px)
        return _known(mean_in_cells(mask, shape, frame))
    if row.box is not None and source in ("auto", "box"):
        values = box_in_cells(row.box, shape, frame)
        return replace(_known(values), weight=_known_of_box(values, row.box, frame))
    if teacher is not None and source in ("auto", "saliency"):
        found = teacher.saliency(photo)
        return _known(mean_in_cells(found.values, shape, _seen_from(frame, found.frame)))
    return None


def _has_target(row: PhotoRow, teacher: Teacher | None, source: ForegroundSource) -> bool:
    given = {"mask": row.product_mask, "box": row.box, "saliency": teacher}
    return any(value is not None for name, value in given.items() if source in ("auto", name))


def _known(values: NDArray[np.float64]) -> ForegroundTarget:
    return ForegroundTarget(values=values.astype(np.float32), weight=np.ones(values.shape, np.float32))


def _known_of_box(values: NDArray[np.float64], box: Box, frame: Box) -> Floats:
    """1 outside the box and in the ellipse that touches its sides, 0 in its corners, which few products fill: [H, W].

    So the head learns from other places what the corners hold. On the sneakers it finds the box at an IoU of 0.797
    instead of 0.788 (docs/experiments.md).
    """
    height, width = values.shape
    x0, y0, x1, y1 = _seen_from(frame, box)  # 0..1 is the box
    across = x0 + (x1 - x0) * (np.arange(width) + 0.5) / width
    down = y0 + (y1 - y0) * (np.arange(height) + 0.5) / height
    in_ellipse = (2 * down[:, None] - 1) ** 2 + (2 * across[None] - 1) ** 2 <= 1
    return np.asarray((values == 0) | in_ellipse, np.float32)


def _seen_from(frame: Box, other: Box) -> Box:
    """`frame` in shares of `other`, both given as shares of the photo."""
    x0, y0, x1, y1 = other
    width, height = x1 - x0, y1 - y0
    return (frame[0] - x0) / width, (frame[1] - y0) / height, (frame[2] - x0) / width, (frame[3] - y0) / height
