"""What the foreground of a photo should be, on the network's grid: from a mask, a box, or a teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.data.cells import box_in_cells, mean_in_cells
from training.data.photo_row import PhotoRow
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
    x0, y0, x1, y1 = to_input(photo, geometry).boxes[0].tolist()
    shape, frame = (grid, grid), (x0, y0, x1, y1)
    if row.product_mask is not None and source in ("auto", "mask"):
        mask = read_product_mask(row, width_px=photo.width_px, height_px=photo.height_px)
        return _known(mean_in_cells(mask, shape, frame))
    if row.box is not None and source in ("auto", "box"):
        return _known(box_in_cells(row.box, shape, frame))
    if teacher is not None and source in ("auto", "saliency"):
        return _known(mean_in_cells(teacher.saliency(photo), shape, frame))
    return None


def _has_target(row: PhotoRow, teacher: Teacher | None, source: ForegroundSource) -> bool:
    given = {"mask": row.product_mask, "box": row.box, "saliency": teacher}
    return any(value is not None for name, value in given.items() if source in ("auto", name))


def _known(values: NDArray[np.float64]) -> ForegroundTarget:
    return ForegroundTarget(values=values.astype(np.float32), weight=np.ones(values.shape, np.float32))
