"""A JPEG's or WebP's header, read without decoding a pixel, and its bytes without what decoding doesn't need."""

import re
from dataclasses import dataclass
from typing import Final

from vision.errors import PhotoAnimated, PhotoCorrupt, PhotoFormatUnsupported, PhotoTruncated
from vision.photo.code_points import CodePoints
from vision.photo.exif import is_adobe_rgb, read_orientation
from vision.photo.format import SEND_INSTEAD
from vision.photo.icc import ADOBE_RGB

_MAX_SCANS: Final = 128  # a progressive JPEG has about 10; thousands make a decoder work for minutes
_MAX_SCANNED_PIXELS: Final = 1_200_000_000  # scans times pixels: an empty scan of 60 megapixels still takes 0.04 s
_ALWAYS_SCANS: Final = 16  # that any size may have
_SEQUENTIAL: Final = (0xC0, 0xC1)  # Huffman-coded
_LONE: Final = (0x01, *range(0xD0, 0xD8))  # markers without a length
_MAX_SEGMENTS: Final = 4_000  # of a JPEG's header; 20 MiB in segments of 64 KiB are 320
_MAX_CHUNKS: Final = 20_000  # of a WebP
_MARKER: Final = re.compile(rb"\xff[\x01-\xfe]")
_MARKER_IN_SCAN: Final = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")  # no restart, which belongs to a scan's data


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoHeader:
    """A photo's size as stored, its EXIF orientation (1 to 8), and `body`: what the decoder is given.

    colour: the ICC profile or the code points that the header states; None for sRGB, and where the decoder finds the
    profile itself. bit_depth: bits a channel.
    """

    width_px: int
    height_px: int
    orientation: int
    body: bytes
    colour: bytes | CodePoints | None = None
    bit_depth: int = 8


def read_jpeg_header(data: bytes) -> PhotoHeader:
    """Walks the segments up to the first scan; keeps JFIF and Adobe's colour flag of what decoding can do without.

    Between segments anything may stand, and an application's segment may be damaged: decoders skip both.
    """
    kept, place, size, exif = [data[:2]], 2, None, b""
    components, profile_parts = 0, list[bytes]()
    for _ in range(_MAX_SEGMENTS):
        place = _find_marker(data, place)
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in _LONE:
            place += 2
            continue
        segment = data[place : place + 2 + max(2, length)]
        if place + 4 > len(data) or len(segment) < 2 + length:
            raise PhotoTruncated(cut_short("JPEG"))
        if marker == 0xDA:
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and length >= 8:
            _check_precision(segment)
            size = int.from_bytes(segment[7:9], "big"), int.from_bytes(segment[5:7], "big")
            components = segment[9] if marker in _SEQUENTIAL else 0
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0" and not exif:
            exif = segment[4:]
        elif marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0" and length >= 16:
            profile_parts.append(segment[16:])
        if _is_needed(marker, segment):
            kept.append(segment)
        place += len(segment)
    else:
        raise PhotoCorrupt(f"the JPEG's header has over {_MAX_SEGMENTS} segments: save it again.")
    if size is None:
        raise PhotoCorrupt("the JPEG has no size before its first scan: send the photo again.")
    # A sequential JPEG whose first scan has all components may have no other: libjpeg stops at the second itself.
    # So most files are spared the counting, which takes 0.2 ms a megapixel.
    has_one_scan = components > 0 and segment[4:5] == bytes([components])
    max_scans = max(_ALWAYS_SCANS, min(_MAX_SCANS, _MAX_SCANNED_PIXELS // max(1, size[0] * size[1])))
    if not has_one_scan and data.count(b"\xff\xda", place) > max_scans:
        _check_scans(data, place, max_scans)
    return PhotoHeader(
        width_px=size[0],
        height_px=size[1],
        orientation=read_orientation(exif) if exif else 1,
        body=b"".join([*kept, memoryview(data)[place:]]),
        colour=_join_profile(profile_parts) or (ADOBE_RGB if exif and is_adobe_rgb(exif) else None),
    )


def read_webp_header(data: bytes) -> PhotoHeader:
    """Size from the first chunk, orientation from the EXIF chunk. Raises PhotoAnimated for WebP of several frames."""
    if len(data) < 30:
        raise PhotoTruncated(cut_short("WebP"))
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise PhotoTruncated(cut_short("WebP"))
    kind, exif, has_profile = data[12:16], b"", False
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[i : i + 3], "little") + 1 for i in (24, 27))
        exif, has_profile = _read_webp_chunks(data)
    elif kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (int.from_bytes(data[i : i + 2], "little") & 0x3FFF for i in (26, 28))
    else:
        raise PhotoCorrupt("the WebP doesn't start with a picture: send the photo again.")
    return PhotoHeader(
        width_px=width,
        height_px=height,
        orientation=read_orientation(exif),
        body=data,
        colour=ADOBE_RGB if not has_profile and is_adobe_rgb(exif) else None,
    )


def cut_short(name: str) -> str:
    return f"the {name} ends before its picture does: the upload was cut short, send the photo again."


def _find_marker(data: bytes, place: int) -> int:
    """The place of the next marker, after any padding before it."""
    found = _MARKER.search(data, place)
    if found is not None:
        return found.start()
    if data[place:].strip(b"\xff"):
        raise PhotoCorrupt(f"the JPEG's header is broken at byte {place}: no segment follows, send the photo again.")
    raise PhotoTruncated(cut_short("JPEG"))


def _check_precision(frame: bytes) -> None:
    bits, components = frame[4], frame[9]
    if bits != 8:
        raise PhotoFormatUnsupported(f"the file is a JPEG of {bits} bits a channel: save it as a JPEG of 8 bits.")
    if components not in (1, 3, 4):
        raise PhotoFormatUnsupported(f"the file is a JPEG of {components} channels: save it as a JPEG in RGB.")


def _check_scans(data: bytes, place: int, max_scans: int) -> None:
    """Counts the scans as a decoder meets them: up to the picture's end, and not within a segment."""
    scans = 0
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER_IN_SCAN.search(data, place)
        if found is None or found[0] == b"\xff\xd9":
            return
        scans += found[0] == b"\xff\xda"
        if scans > max_scans:
            raise PhotoCorrupt(f"the JPEG has over {max_scans} scans, which no camera writes: save it again.")
        place = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    raise PhotoCorrupt(f"the JPEG has over {_MAX_SEGMENTS} segments among its scans: save it again.")


def _is_needed(marker: int, segment: bytes) -> bool:
    """Whether decoding depends on the segment. Of the applications', on whole ones of JFIF and Adobe only."""
    if marker == 0xE0:
        return segment[4:9] == b"JFIF\0" and len(segment) >= 18
    if marker == 0xEE:
        return segment[4:9] == b"Adobe" and len(segment) >= 16
    return not 0xE1 <= marker <= 0xEF and marker != 0xFE


def _join_profile(parts: list[bytes]) -> bytes | None:
    """The ICC profile of its segments, each with its number and their count before it; None if one is missing."""
    parts.sort(key=lambda part: part[0])
    return b"".join(part[2:] for part in parts) if parts and parts[0][1] == len(parts) else None


def _read_webp_chunks(data: bytes) -> tuple[bytes, bool]:
    """The EXIF block, and whether there is a profile. Raises PhotoAnimated where there is a second frame."""
    place, frames, exif, has_profile = 12, 0, b"", False
    for _ in range(_MAX_CHUNKS):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if len(kind) < 4:
            return exif, has_profile
        frames += kind == b"ANMF"
        if frames > 1:
            raise PhotoAnimated(f"the file is an animated WebP: {SEND_INSTEAD}.")
        has_profile |= kind == b"ICCP"
        if kind == b"EXIF" and not exif:
            exif = data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    raise PhotoCorrupt(f"the WebP has over {_MAX_CHUNKS} chunks: save it again.")
