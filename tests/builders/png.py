"""PNG files of any depth, colour type and chunk, written here since Pillow writes few of them."""

import struct
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tests.builders.photos import png_chunk

Chunk = tuple[bytes, bytes]
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def write_png(
    samples: NDArray[np.uint8] | NDArray[np.uint16],
    colour_type: int,
    bit_depth: int,
    chunks: Iterable[Chunk] = (),
    *,
    interlaced: bool = False,
) -> bytes:
    """A PNG of `samples` [H, W, C] at the file's own depth, with `chunks` between its head and its pixels."""
    height, width = samples.shape[:2]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    rows = [row for x, y, dx, dy in passes for row in samples[y::dy, x::dx] if len(row)]
    packed = b"".join(b"\0" + _pack(row, bit_depth) for row in rows)
    head = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, interlaced)
    body = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(packed)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, value) for kind, value in body)


def gama(gamma: float) -> Chunk:
    return b"gAMA", struct.pack(">I", round(gamma * 100_000))


def chrm(white: tuple[float, float], *primaries: tuple[float, float]) -> Chunk:
    values = [round(value * 100_000) for point in (white, *primaries) for value in point]
    return b"cHRM", struct.pack(">8I", *values)


def cicp(primaries: int, transfer: int, *, is_full_range: bool = True) -> Chunk:
    return b"cICP", bytes([primaries, transfer, 0, is_full_range])


def iccp(profile: bytes) -> Chunk:
    return b"iCCP", b"sRGB\0\0" + zlib.compress(profile)


def trns(*levels: int) -> Chunk:
    return b"tRNS", struct.pack(f">{len(levels)}H", *levels)


def adobe_rgb_exif() -> bytes:
    """As DCF cameras write it: no profile, and R03 in the interoperability directory."""

    def directory(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(">HHHI", 1, tag, kind, count) + value + bytes(4)

    pointers = [directory(0x8769, 4, 1, struct.pack(">I", 26)), directory(0xA005, 4, 1, struct.pack(">I", 44))]
    return b"MM\0*\0\0\0\x08" + b"".join(pointers) + directory(1, 2, 4, b"R03\0")


def _pack(row: NDArray[np.uint8] | NDArray[np.uint16], bit_depth: int) -> bytes:
    if bit_depth == 16:
        return row.astype(">u2").tobytes()
    if bit_depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = (row.reshape(-1, 1) >> np.arange(bit_depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()
