"""Reads the mask of a photo's product: the manifest's column `product_mask`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.photo_row import Box, PhotoRow
from vision.errors import ManifestError

_FOREIGN_ERRORS = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def read_product_mask(row: PhotoRow, *, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """The row's product mask, bool [height_px, width_px], True on the product; the size is the upright photo's.

    Raises ManifestError, which names the row and what to change, for a file that is no PNG of that size or marks
    nothing.
    """
    if row.product_mask is None:
        raise ManifestError(f"row {row.row}: has no product_mask.")
    name = f"row {row.row}: product_mask {row.product_mask.name}"
    try:
        with Image.open(row.product_mask, formats=["PNG"]) as image:
            size = image.size
            light = _lightness(image) if size == (width_px, height_px) else None
    except _FOREIGN_ERRORS as error:
        raise ManifestError(f"{name} can't be read as a PNG ({error}); save it as an 8-bit or 1-bit PNG.") from error
    if light is None:
        raise ManifestError(f"{name} {_wrong_size(size, (width_px, height_px))}.")
    mask = light >= 0.5
    if not mask.any():
        raise ManifestError(
            f"{name} marks no product: its lightest pixel is {round(255 * float(light.max()))} of 255. Paint the "
            "product white (255) and all else black (0), or empty the cell if the photo shows no product."
        )
    return np.asarray(mask)


def box_around(mask: NDArray[np.bool_]) -> Box:
    """x0, y0, x1, y1, 0 to 1, of the smallest box that holds all of `mask` [H, W], which marks something."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (_area(a) + _area(b) - shared)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _lightness(image: Image.Image) -> NDArray[np.float64]:
    """0 to 1 [H, W]; what is transparent is black."""
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip to 8
        return np.asarray(np.asarray(image, np.float64) / 65_535)
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), rgba)
    return np.asarray(np.asarray(image.convert("L"), np.float64) / 255)


def _wrong_size(found: tuple[int, int], photo: tuple[int, int]) -> str:
    sizes = f"is {found[0]} x {found[1]} pixels and its photo {photo[0]} x {photo[1]}"
    if found == photo[::-1]:
        return (
            f"{sizes}: the photo is shown upright, as its EXIF orientation says, and its mask is not; turn the mask so "
            "that it lies on the photo as viewers show it"
        )
    return f"{sizes}; save the mask in the photo's size, so that it lies on it pixel by pixel"
