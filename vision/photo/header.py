"""A photo's header, read without decoding a pixel, and its bytes without the metadata that decoding doesn't need."""

import re
from dataclasses import dataclass
from typing import Final

from vision.errors import PhotoAnimated, PhotoCorrupt, PhotoTruncated
from vision.photo.exif import read_orientation
from vision.photo.format import SEND_INSTEAD

_MAX_SCANS: Final = 128  # a progressive JPEG has about 10; thousands make a decoder work for minutes
_MAX_SCANNED_PIXELS: Final = 1_200_000_000  # scans times pixels: an empty scan of 60 megapixels still takes 0.04 s
_ALWAYS_SCANS: Final = 16  # that any size may have
_SEQUENTIAL: Final = (0xC0, 0xC1)  # Huffman-coded
_MAX_SEGMENTS: Final = 4_000  # of a JPEG's header; 20 MiB in segments of 64 KiB are 320
_MAX_CHUNKS: Final = 20_000  # of a PNG; 20 MiB in chunks of 4 KiB are 5,000
_MAX_BOXES: Final = 64
_EXIF_ITEM: Final = re.compile(rb"(infe(?:\x02.{7}|\x03.{9}))Exif", re.DOTALL)  # ISO 23008-12: version, flags, id, type
_FILL: Final = re.compile(rb"\xff+(?=\xff)")
_KEPT_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoHeader:
    """A photo's size as stored, its EXIF orientation (1 to 8), and `body`: what the decoder is given."""

    width_px: int
    height_px: int
    orientation: int
    body: bytes


def read_jpeg_header(data: bytes) -> PhotoHeader:
    """Walks the segments up to the first scan; keeps JFIF, colour profile and Adobe's colour flag, drops the rest."""
    kept, place, size, orientation = [data[:2]], 2, None, None
    components = 0
    for _ in range(_MAX_SEGMENTS):
        place = _skip_fill(data, place)
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place : place + 2 + length]
        if place + 4 > len(data) or len(segment) < 2 + length:
            raise PhotoTruncated(_cut_short("JPEG"))
        if length < 2:
            raise PhotoCorrupt("the JPEG's header has a segment of no length: send the photo again.")
        if marker == 0xDA:
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and length >= 8:
            size = int.from_bytes(segment[7:9], "big"), int.from_bytes(segment[5:7], "big")
            components = segment[9] if marker in _SEQUENTIAL else 0
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0" and orientation is None:
            orientation = read_orientation(segment[4:])
        if (not 0xE1 <= marker <= 0xEF and marker != 0xFE) or _is_colour_segment(marker, segment):
            kept.append(segment)
        place += 2 + length
    else:
        raise PhotoCorrupt(f"the JPEG's header has over {_MAX_SEGMENTS} segments: save it again.")
    if size is None:
        raise PhotoCorrupt("the JPEG has no size before its first scan: send the photo again.")
    # A sequential JPEG whose first scan has all components may have no other: libjpeg stops at the second itself.
    # So most files are spared the counting, which takes 0.2 ms a megapixel.
    has_one_scan = components > 0 and segment[4:5] == bytes([components])
    max_scans = max(_ALWAYS_SCANS, min(_MAX_SCANS, _MAX_SCANNED_PIXELS // max(1, size[0] * size[1])))
    if not has_one_scan and data.count(b"\xff\xda", place) > max_scans:
        raise PhotoCorrupt(f"the JPEG has over {max_scans} scans, which no camera writes: save it again.")
    return PhotoHeader(
        width_px=size[0], height_px=size[1], orientation=orientation or 1, body=b"".join([*kept, data[place:]])
    )


def read_png_header(data: bytes) -> PhotoHeader:
    """Walks the chunks; keeps size, palette, transparency, colour profile and pixels. Raises PhotoAnimated for APNG."""
    kept, place, orientation = [data[:8]], 8, 1
    for _ in range(_MAX_CHUNKS):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(data):
            raise PhotoTruncated(_cut_short("PNG"))
        if kind == b"acTL" and int.from_bytes(data[place + 8 : place + 12], "big") != 1:
            raise PhotoAnimated(f"the file is an animated PNG: {SEND_INSTEAD}.")
        if kind == b"eXIf":
            orientation = read_orientation(data[place + 8 : end - 4])
        if kind in _KEPT_CHUNKS:
            kept.append(data[place:end])
        place = end
        if kind == b"IEND":
            break
    else:
        raise PhotoCorrupt(f"the PNG has over {_MAX_CHUNKS} chunks: save it again.")
    if data[12:16] != b"IHDR" or int.from_bytes(data[8:12], "big") != 13:
        raise PhotoCorrupt("the PNG doesn't start with its size: send the photo again.")
    return PhotoHeader(
        width_px=int.from_bytes(data[16:20], "big"),
        height_px=int.from_bytes(data[20:24], "big"),
        orientation=orientation,
        body=b"".join(kept),
    )


def read_webp_header(data: bytes) -> PhotoHeader:
    """Size from the first chunk, orientation from the EXIF chunk. Raises PhotoAnimated for animated WebP."""
    if len(data) < 30:
        raise PhotoTruncated(_cut_short("WebP"))
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise PhotoTruncated(_cut_short("WebP"))
    kind = data[12:16]
    if kind == b"VP8X":
        if data[20] & 0x02:
            raise PhotoAnimated(f"the file is an animated WebP: {SEND_INSTEAD}.")
        width, height = (int.from_bytes(data[i : i + 3], "little") + 1 for i in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (int.from_bytes(data[i : i + 2], "little") & 0x3FFF for i in (26, 28))
    else:
        raise PhotoCorrupt("the WebP doesn't start with a picture: send the photo again.")
    exif = _find_webp_exif(data) if kind == b"VP8X" else b""
    return PhotoHeader(width_px=width, height_px=height, orientation=read_orientation(exif), body=data)


def check_boxes(data: bytes, name: str) -> None:
    """Raises PhotoTruncated where an AVIF's or HEIC's outermost box reaches past the end of the bytes."""
    place = 0
    for _ in range(_MAX_BOXES):
        if place + 8 > len(data):
            break
        length = int.from_bytes(data[place : place + 4], "big")
        if length == 1:
            length = int.from_bytes(data[place + 8 : place + 16], "big")
        if length == 0:  # to the end of the file
            return
        if length < 8:
            raise PhotoCorrupt(f"the {name} has a box of no length at byte {place}: send the photo again.")
        place += length
    if place > len(data):
        raise PhotoTruncated(_cut_short(name))


def hide_exif_item(data: bytes) -> bytes:
    """An AVIF whose EXIF item has another name, so that no decoder reads it: the file's own boxes turn the picture."""
    return _EXIF_ITEM.sub(rb"\1free", data)


def _find_webp_exif(data: bytes) -> bytes:
    place = 12
    while place + 8 <= len(data):
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] == b"EXIF":
            return data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    return b""


def _skip_fill(data: bytes, place: int) -> int:
    """The place of the next marker, after any fill bytes before it."""
    fill = _FILL.match(data, place)  # all at once: a file may be nothing else
    if fill is not None:
        place = fill.end()
    if place + 2 > len(data):
        raise PhotoTruncated(_cut_short("JPEG"))
    if data[place] != 0xFF:
        raise PhotoCorrupt(f"the JPEG's header is broken at byte {place}: send the photo again.")
    return place


def _is_colour_segment(marker: int, segment: bytes) -> bool:
    return (marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0") or marker == 0xEE


def _cut_short(name: str) -> str:
    return f"the {name} ends before its picture does: the upload was cut short, send the photo again."
