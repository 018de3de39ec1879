"""What a photo can share with others: itself, parts of its surroundings, and where its evidence is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serving.store.sellers.trace_rows import PictureValue, TextValue
from vision.copies.orientations import (
    HASH_BYTES,
    bits_apart,
    hash_surroundings,
    hash_trimmed,
    hash_turned,
    working_copy,
)
from vision.copies.pdq import NEAR_BITS
from vision.photo.decode import PhotoLimits, open_photo
from vision.verdict import Evidence

TRIMMED_NEAR_BITS = 28  # stricter: a photo is looked up by 58 trimmed copies of it
PHOTOS, PARTS = 0, 1  # spaces that are never compared
PLAIN_DEVIATION = 18.0  # of 255, in luma along the frame: below it, the product stands before nothing
FRAME_SHARE = 0.08
DECODED_SIDE_PX = 512  # hashes are made of 256
SHOWS_PRODUCT = 0.5
CELLS = 6  # a side of the product's box
STANDS_OUT = 4.0  # times the median of the map: a flat map has no strongest place


def trace_photo(
    data: bytes, limits: PhotoLimits, index: int, evidence: Evidence | None, stock: NDArray[np.uint8]
) -> list[PictureValue]:
    """Give what others may have of a photo, which is read as the check read it; raises PhotoError.

    `stock`, uint8 [N, 32], are hashes of photos that anyone may use, such as a brand's own: what is near to one, and
    what is flat, gives nothing.
    """
    image = working_copy(open_photo(data, smallest_side_px=DECODED_SIDE_PX, limits=limits))
    turned = hash_turned(image)
    if turned is None or (len(stock) and bits_apart(stock[:, None], turned[None]).min() <= NEAR_BITS):
        return []
    kind = "plain_photo" if is_plain(image) else "photo"
    found = [_picture(kind, PHOTOS, index, np.concatenate([turned, hash_trimmed(image)]), len(turned))]
    if evidence is not None and (product := product_share(evidence, image.size)) is not None:
        found += [_picture("background", PARTS, index, part, len(part)) for part in hash_surroundings(image, product)]
    return found


def hash_stock(photos: Sequence[bytes]) -> NDArray[np.uint8]:
    """Hash photos that anyone may use: uint8 [N, 32]."""
    turned = [hash_turned(working_copy(open_photo(data))) for data in photos]
    hashes = [one[0] for one in turned if one is not None]
    return np.stack(hashes) if hashes else np.empty((0, HASH_BYTES), np.uint8)


def is_plain(image: Image.Image) -> bool:
    """Whether the picture's frame has one colour, as a catalogue's photos have."""
    luma = np.asarray(image.convert("L"), np.float32)
    rows, columns = (max(1, round(side * FRAME_SHARE)) for side in luma.shape)
    frame = [luma[:rows], luma[-rows:], luma[:, :columns], luma[:, -columns:]]
    return float(np.concatenate([part.ravel() for part in frame]).std()) < PLAIN_DEVIATION


def product_share(evidence: Evidence, size: tuple[int, int]) -> NDArray[np.float32] | None:
    """Give float32 [H, W], how much of each place of the whole photo shows the product; None where nobody knows.

    What lies outside of the map may show the product. `size` is width and height of the picture in pixels.
    """
    if evidence.foreground is None:
        return None
    width, height = size
    share = np.ones((height, width), np.float32)
    x0, y0, x1, y1 = evidence.box
    left, right = round(x0 * width), round(x1 * width)
    top, bottom = round(y0 * height), round(y1 * height)
    if right <= left or bottom <= top:
        return None
    placed = Image.fromarray(evidence.foreground.astype(np.float32), "F")
    resized = np.asarray(placed.resize((right - left, bottom - top), Image.Resampling.BILINEAR))
    rows, columns = slice(max(0, top), min(height, bottom)), slice(max(0, left), min(width, right))
    share[rows, columns] = resized[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return share


def place_of_evidence(product: str, maps: Sequence[Evidence]) -> TextValue | None:
    """Give where on the product the evidence against it is strongest, of all photos; None where no place stands out.

    Whether a place is unusual for the product shows in how many sellers have it.
    """
    best: tuple[float, str] | None = None
    for evidence in maps:
        against = -evidence.values
        strongest = float(against.max())
        if strongest <= STANDS_OUT * float(np.median(np.abs(evidence.values))) or strongest <= 0:
            continue
        if (cell := _cell_of(evidence)) is not None and (best is None or strongest > best[0]):
            best = strongest, cell
    if best is None:
        return None
    return TextValue(kind="place", text=f"{product}\0{best[1]}", shown=best[1])


def _cell_of(evidence: Evidence) -> str | None:
    if evidence.foreground is None:
        return None
    rows, columns = np.nonzero(evidence.foreground >= SHOWS_PRODUCT)
    if not len(rows):
        return None
    at = np.unravel_index(int(np.argmin(evidence.values)), evidence.values.shape)
    names = []
    for place, shown in zip(at, (rows, columns), strict=True):
        first, last = int(shown.min()), int(shown.max())
        names.append(min(max(int((int(place) - first) * CELLS / (last - first + 1)), 0), CELLS - 1) + 1)
    return f"row {names[0]}, column {names[1]} of {CELLS}"


def _picture(kind: str, space: int, index: int, lookups: NDArray[np.uint8], own: int) -> PictureValue:
    return PictureValue(
        kind=kind,
        space=space,
        photo=index,
        lookups=lookups,
        own=own,
        near_bits=NEAR_BITS,
        trimmed_near_bits=TRIMMED_NEAR_BITS if kind != "background" else NEAR_BITS,
        shown="",
    )
