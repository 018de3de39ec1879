"""What the audit reads of one photo: hashes, file metadata, colour and background features."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.photo_row import Box, PhotoRow
from training.data.product_mask import box_around, read_product_mask
from vision.copies.pdq import PhotoHash, hash_photo
from vision.errors import ManifestError, PhotoError
from vision.photo.decode import Photo, open_photo
from vision.photo.format import PHOTO_FORMATS

_SIDE_PX = 256
_FEATURES_SIDE_PX = 160
_RING = 0.08  # of each side: what is left of a photo whose product has no box
_BOX_MARGIN = 0.02  # grows a box, so that the product's edge and contact shadow go too
_MIN_BACKGROUND = 0.03  # of the photo's pixels; below, a box leaves too little background
_LEVELS = 4
_GRADIENT_EDGES = np.array([0.0, 1, 2, 4, 8, 16, 32, 64, np.inf])

Features = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMetadata:
    """What a file holds besides its pixels; the quantisation sums are 0 where it isn't a JPEG."""

    bytes: int
    width_px: int
    height_px: int
    format: str
    luma_quantisation: int
    chroma_quantisation: int
    has_exif: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """All that the audit needs of one photo, from one read.

    `colour` and `background` are float32 feature vectors; `background` is None where the product fills the photo.
    `mask_box` is the box around the product mask, where there is one, and `mask_problem` why it can't be used.
    """

    sha256: str
    hash: PhotoHash
    metadata: FileMetadata
    colour: NDArray[np.float32]
    background: NDArray[np.float32] | None
    mask_box: Box | None = None
    mask_problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadablePhoto:
    """Why a photo could not be opened; `code` is a PhotoError's, or `file_unreadable`."""

    code: str
    message: str


def read_facts(
    rows: Sequence[PhotoRow], *, threads: int = 2, advance: Callable[[], None] = lambda: None
) -> tuple[PhotoFacts | UnreadablePhoto, ...]:
    """The facts of each row's photo, in order; `advance` is called after each."""

    def read(row: PhotoRow) -> PhotoFacts | UnreadablePhoto:
        facts = _read_facts(row)
        advance()
        return facts

    with ThreadPoolExecutor(threads) as pool:
        return tuple(pool.map(read, rows))


def _read_facts(row: PhotoRow) -> PhotoFacts | UnreadablePhoto:
    try:
        data = row.photo.read_bytes()
        photo = open_photo(data, smallest_side_px=_SIDE_PX)
    except PhotoError as error:
        return UnreadablePhoto(code=error.code, message=error.message)
    except OSError as error:
        return UnreadablePhoto(code="file_unreadable", message=f"the file can't be read ({error.strerror or error}).")
    mask_box, mask_problem = _mask_facts(row, photo)
    pixels = photo.pixels
    luma, chroma = _quantisation_sums(data) if photo.format == "jpeg" else (0, 0)
    return PhotoFacts(
        sha256=photo.sha256,
        hash=hash_photo(photo),
        metadata=FileMetadata(
            bytes=len(data),
            width_px=photo.width_px,
            height_px=photo.height_px,
            format=photo.format,
            luma_quantisation=luma,
            chroma_quantisation=chroma,
            has_exif=PHOTO_FORMATS[photo.format].exif_marker in data,
        ),
        colour=describe_colour(pixels),
        background=describe_background(pixels, row.box or mask_box),
        mask_box=mask_box,
        mask_problem=mask_problem,
    )


def _mask_facts(row: PhotoRow, photo: Photo) -> tuple[Box | None, str | None]:
    """The box around the row's product mask, or what is wrong with it; neither where it has none."""
    if row.product_mask is None:
        return None, None
    try:
        return box_around(read_product_mask(row, width_px=photo.width_px, height_px=photo.height_px)), None
    except ManifestError as error:
        return None, error.message


def _quantisation_sums(data: bytes) -> tuple[int, int]:
    """Sums of the luma table and of the first chroma table, which depend on the JPEG quality and the program."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "MPO"]) as image:
            tables: dict[int, list[int]] = getattr(image, "quantization", {})
            return sum(tables.get(0, [])), sum(tables.get(1, []))
    except (OSError, SyntaxError, ValueError):
        return 0, 0  # open_photo mends some headers that Pillow alone refuses


def describe_colour(pixels: NDArray[np.uint8]) -> Features:
    """Colours of the whole photo, without places: float32 [76] from `pixels` uint8 [H, W, 3] RGB."""
    small = _reduce(pixels)
    return _colours(small[np.ones(small.shape[:2], bool)])


def describe_background(pixels: NDArray[np.uint8], box: Box | None) -> Features | None:
    """Colours and coarse texture with the product painted out: float32 [95], or None where nothing is left.

    What counts as background is outside `box` (0 to 1), or without one a ring of 8 % along the photo's edge.
    """
    small = _reduce(pixels)
    kept = _ring(small.shape[0], small.shape[1]) if box is None else _outside(small.shape[0], small.shape[1], box)
    if kept.mean() < _MIN_BACKGROUND:
        return None
    return np.concatenate([_colours(small[kept]), _texture(small, kept)])


def _reduce(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    image = Image.fromarray(pixels)
    image.thumbnail((_FEATURES_SIDE_PX, _FEATURES_SIDE_PX), Image.Resampling.BOX)
    return np.asarray(image)


def _ring(height: int, width: int) -> Mask:
    kept = np.ones((height, width), bool)
    rows, columns = max(1, round(_RING * height)), max(1, round(_RING * width))
    kept[rows : height - rows, columns : width - columns] = False
    return kept


def _outside(height: int, width: int, box: Box) -> Mask:
    x0, y0, x1, y1 = box
    kept = np.ones((height, width), bool)
    top, bottom = int((y0 - _BOX_MARGIN) * height), int(np.ceil((y1 + _BOX_MARGIN) * height))
    left, right = int((x0 - _BOX_MARGIN) * width), int(np.ceil((x1 + _BOX_MARGIN) * width))
    kept[max(0, top) : bottom, max(0, left) : right] = False
    return kept


def _colours(pixels: NDArray[np.uint8]) -> Features:
    """Of `pixels` [P, 3]: a joint histogram of 4 × 4 × 4, and each channel's mean, spread and two tails."""
    bins = pixels.astype(np.int64) * _LEVELS // 256
    cells = (bins[:, 0] * _LEVELS + bins[:, 1]) * _LEVELS + bins[:, 2]
    histogram = np.bincount(cells, minlength=_LEVELS**3) / len(pixels)
    unit = pixels.astype(np.float32) / 255
    tails = np.quantile(unit, [0.05, 0.95], axis=0)
    # The square root keeps one large cell from drowning the others (Hellinger).
    parts = [np.sqrt(histogram), unit.mean(axis=0), unit.std(axis=0), tails.ravel()]
    return np.concatenate(parts).astype(np.float32)


def _texture(pixels: NDArray[np.uint8], kept: Mask) -> Features:
    """Where `kept` [H, W]: how strong edges are, which way they run, and how fine the grain is at three scales."""
    luma = pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    down, across = np.gradient(luma)
    inner = kept & _neighbours_kept(kept)  # an edge of the product must not count through its painted-out side
    if not inner.any():
        return np.zeros(19, np.float32)
    strength, angle = np.hypot(down, across)[inner], np.arctan2(down, across)[inner] % np.pi
    strengths = np.histogram(strength, _GRADIENT_EDGES)[0] / inner.sum()
    directions = np.histogram(angle, 8, (0, np.pi), weights=strength)[0] / max(float(strength.sum()), 1e-6)
    grain = [np.log1p(np.abs(luma - _blur(luma, radius))[inner].mean()) for radius in (1, 2, 4)]
    return np.concatenate([np.sqrt(strengths), np.sqrt(directions), grain]).astype(np.float32)


def _neighbours_kept(kept: Mask) -> Mask:
    padded = np.pad(kept, 1, constant_values=True)
    result: Mask = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return result


def _blur(luma: NDArray[np.float32], radius: int) -> NDArray[Any]:
    """Mean over a square of 2 radius + 1, by sums of sums."""
    side = 2 * radius + 1
    sums = np.pad(luma, radius, mode="edge").cumsum(0, dtype=np.float64).cumsum(1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(total / side**2)
