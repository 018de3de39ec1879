"""Where a photo's product is, by its manifest's mask, box or both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.photo_row import Box, PhotoRow
from training.data.product_mask import box_around, read_product_mask
from vision.bundle.robustness import ProductFrom

_SAME_SHAPE: Final = 0.02  # relative difference of the aspect ratio that rounding a smaller copy's sides explains

Size = tuple[int, int]  # width, height


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPlace:
    """The product's box, and where the manifest has one its exact mask, bool [H, W] over the whole photo."""

    box: Box
    mask: NDArray[np.bool_] | None = None

    def resized(self, size: Size) -> ProductPlace:
        """The same for the photo at another size, perhaps of another shape."""
        return self if self.mask is None else replace(self, mask=_resized(self.mask, size))


def is_placed(row: PhotoRow) -> bool:
    """Whether the manifest marks the row's product."""
    return row.box is not None or row.product_mask is not None


def find_place(row: PhotoRow, size: Size | None = None) -> ProductPlace | None:
    """Where the product of the row's photo is; None where the manifest does not say.

    `size` is the photo's as decoded, which the mask gets; None leaves the mask as it is in its file. Without a
    box the mask's bounds are the box. Raises ManifestError for a mask that can't be read, or of another shape.
    """
    if row.product_mask is None:
        return None if row.box is None else ProductPlace(box=row.box)
    mask = _read_mask(row, size)
    place = ProductPlace(box=row.box or box_around(mask), mask=mask)
    return place if size is None else place.resized(size)


def find_box(row: PhotoRow) -> Box | None:
    """The product's box, else the bounds of its mask; None where the manifest does not say. Raises ManifestError."""
    place = None if row.box is not None else find_place(row)
    return place.box if place else row.box


def product_from(rows: Iterable[PhotoRow]) -> ProductFrom:
    """What tells where the product is in these rows, each of which is marked."""
    masked = {row.product_mask is not None for row in rows}
    return "mask_and_box" if len(masked) > 1 else "mask" if masked == {True} else "box"


def _read_mask(row: PhotoRow, photo: Size | None) -> NDArray[np.bool_]:
    """The mask at its own size, which is the upload's; `photo` is a copy of that, perhaps a smaller one."""
    try:
        with Image.open(str(row.product_mask)) as image:
            width, height = image.size
    except OSError:
        width, height = photo or (1, 1)  # reading it names what is wrong
    if photo is not None and abs(width * photo[1] / (height * photo[0]) - 1) > _SAME_SHAPE:
        width, height = photo
    return read_product_mask(row, width_px=width, height_px=height)


def _resized(mask: NDArray[np.bool_], size: Size) -> NDArray[np.bool_]:
    if mask.shape == size[::-1]:
        return mask
    resized = Image.fromarray((255 * mask).astype(np.uint8)).resize(size, Image.Resampling.BOX)
    return np.asarray(np.asarray(resized) > 127)
