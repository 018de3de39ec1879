"""The two things that are read from EXIF: which way up the camera was held, and Adobe RGB."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image

_ORIENTATION_TAG: Final = 0x0112
_EXIF_TAG: Final = 0x8769
_INTEROPERABILITY_TAG: Final = 0xA005
_INDEX_TAG: Final = 1
_ADOBE_RGB_INDEX: Final = b"R03\0"  # DCF 2.0: the optional colour space, which is Adobe RGB
_MAX_TAGS: Final = 512  # a camera writes about 20 in this directory
# Integers of one, two or four bytes, with and without sign: the standard says SHORT, and every reader takes the others.
_INTEGER_CODES: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}

TRANSPOSITION: Final[dict[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A tag of a directory, with the place of its value's bytes in the block."""

    tag: int
    kind: int
    count: int
    place: int


def read_orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 to 8; 1 (upright) when the block has none or is broken.

    Any integer type counts, and of several values the first. Read here rather than by Pillow, whose reader warns about
    broken blocks, and warnings are global state.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        for entry in _read_directory(tiff, order, start):
            if entry.tag == _ORIENTATION_TAG:
                return _read_orientation_value(tiff, order, entry)
    except struct.error:
        return 1
    return 1


def is_adobe_rgb(exif: bytes) -> bool:
    """Whether the camera says that the colours are Adobe RGB, as many do without a profile."""
    if _ADOBE_RGB_INDEX not in exif:  # as in almost every photo
        return False
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        for tag in (_EXIF_TAG, _INTEROPERABILITY_TAG):
            pointer = next(entry for entry in _read_directory(tiff, order, start) if entry.tag == tag)
            (start,) = struct.unpack_from(order + "I", tiff, pointer.place)
        index = next(entry for entry in _read_directory(tiff, order, start) if entry.tag == _INDEX_TAG)
    except (struct.error, StopIteration):
        return False
    return tiff[index.place : index.place + 4] == _ADOBE_RGB_INDEX


def swaps_sides(orientation: int) -> bool:
    return orientation >= 5


def _read_directory(tiff: bytes, order: str, start: int) -> Iterator[_Entry]:
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for place in range(start + 2, start + 2 + 12 * min(count, _MAX_TAGS), 12):
        tag, kind, values = struct.unpack_from(order + "HHI", tiff, place)
        yield _Entry(tag=tag, kind=kind, count=values, place=place + 8)


def _read_orientation_value(tiff: bytes, order: str, entry: _Entry) -> int:
    code = _INTEGER_CODES.get(entry.kind)
    if code is None or entry.count == 0:
        return 1
    place = entry.place
    if struct.calcsize(code) * entry.count > 4:  # too many for the entry, which then has their place
        (place,) = struct.unpack_from(order + "I", tiff, place)
    (value,) = struct.unpack_from(order + code, tiff, place)
    return value if 1 <= value <= 8 else 1
