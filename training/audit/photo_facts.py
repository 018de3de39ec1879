from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.photo_row import PhotoRow
from training.picture_features import describe_background, describe_colour
from vision.copies.pdq import PhotoHash, hash_photo
from vision.errors import PhotoError
from vision.photo.decode import open_photo

_SIDE_PX = 256
_EXIF_MARKERS: Final = {"jpeg": b"Exif\0\0", "png": b"eXIf", "webp": b"EXIF", "avif": b"Exif", "heic": b"Exif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMetadata:
    """What a file tells without its picture; the quantisation sums are 0 where it isn't a JPEG."""

    bytes: int
    width_px: int
    height_px: int
    format: str
    luma_quantisation: int
    chroma_quantisation: int
    has_exif: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """All that the audit wants to know of one photo, from one read.

    `colour` and `background` are float32 feature vectors; `background` is None where the product fills the photo.
    """

    sha256: str
    hash: PhotoHash
    metadata: FileMetadata
    colour: NDArray[np.float32]
    background: NDArray[np.float32] | None


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
            has_exif=_EXIF_MARKERS[photo.format] in data,
        ),
        colour=describe_colour(pixels),
        background=describe_background(pixels, row.box),
    )


def _quantisation_sums(data: bytes) -> tuple[int, int]:
    """Sums of the luma table and of the first chroma table: they tell the JPEG quality that a program saved with."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "MPO"]) as image:
            tables: dict[int, list[int]] = getattr(image, "quantization", {})
            return sum(tables.get(0, [])), sum(tables.get(1, []))
    except (OSError, SyntaxError, ValueError):
        return 0, 0  # open_photo mends some headers that Pillow alone refuses
