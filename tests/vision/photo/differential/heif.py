"""AVIF and HEIC: depths, subsampling, matrices, ranges, turns by boxes, and colours by nclx."""

import io
import struct
from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
import pillow_heif
from PIL import Image

from tests.builders.photos import encode, encode_heic, exif_with_orientation
from tests.vision.photo.differential.colour_truth import (
    PRIMARIES_CODES,
    TRANSFER_CODES,
    in_bits,
    to_signal,
)
from tests.vision.photo.differential.combination import (
    HDR,
    LOSSY,
    SAME_FILE,
    SUBSAMPLED,
    Combination,
    Pixels,
    Tolerance,
)
from tests.vision.photo.differential.committed import committed_names, read_committed
from tests.vision.photo.differential.jpeg_and_webp import LAID_DOWN
from tests.vision.photo.differential.picture import make_picture
from tests.vision.photo.differential.profiles import make_rgb_profile

_UNSUPPORTED = "photo_colour_unsupported"


def avif_combinations() -> Iterator[Combination]:
    for subsampling, text, quality in product(("4:4:4", "4:2:2", "4:2:0", "4:0:0"), ("full", "limited"), (90, 100)):
        yield Combination(
            kind="AVIF, 8 bits by Pillow",
            name=f"{subsampling} {text} quality={quality}",
            data=partial(encode, make_picture(), "AVIF", subsampling=subsampling, range=text, quality=quality, speed=8),
            expected=_grey if subsampling == "4:0:0" else make_picture,
            tolerance=LOSSY if subsampling in ("4:4:4", "4:0:0") else SUBSAMPLED,
        )
    yield from map(_committed, committed_names("avif"))
    for orientation in range(1, 9):
        yield Combination(
            kind="AVIF, turned by boxes",
            name=str(orientation),
            data=partial(_turned_avif, orientation),
            tolerance=LOSSY,
        )
    for primaries, transfer in product(PRIMARIES_CODES, TRANSFER_CODES):
        yield Combination(
            kind="AVIF, nclx",
            name=f"{primaries} {transfer} 8 bits",
            data=partial(_avif_in_space, primaries, transfer),
            tolerance=_tolerance(transfer),
            refused=_UNSUPPORTED if transfer in ("pq", "hlg") else None,
        )
    for primaries in ("srgb", "adobe", "p3", "2020"):
        yield Combination(
            kind="AVIF, ICC profile",
            name=f"{primaries}, and nclx that states something else",
            data=partial(_avif_with_profile, primaries),
            tolerance=LOSSY,
        )
    for quality, subsampling in product((80, 100), ("4:4:4", "4:2:0")):
        yield Combination(
            kind="AVIF, alpha",
            name=f"{subsampling} quality={quality}",
            data=partial(encode, _translucent(), "AVIF", quality=quality, subsampling=subsampling, speed=8),
            expected=None,
            tolerance=SUBSAMPLED,
        )
    for matrix in (10, 11, 13, 14, 99):
        data = partial(_avif_in_space, "srgb", "srgb", matrix)
        yield Combination(kind="AVIF, matrix", name=str(matrix), data=data, tolerance=LOSSY, refused=_UNSUPPORTED)


def heic_combinations() -> Iterator[Combination]:
    for depth, chroma, full_range in product((8, 10, 12), (444, 422, 420), (0, 1)):
        yield Combination(
            kind="HEIC, depth, subsampling and range",
            name=f"{depth} bits {chroma} full range={full_range}",
            data=partial(_heic, "srgb", "srgb", depth, chroma=chroma, full_range_flag=full_range),
            tolerance=LOSSY if chroma == 444 else SUBSAMPLED,
        )
    for depth, matrix, full_range in product((8, 10), (0, 1, 2, 4, 5, 6, 7, 8, 9, 12), (0, 1)):
        yield Combination(
            kind="HEIC, matrix",
            name=f"{matrix} {depth} bits full range={full_range}",
            data=partial(_heic, "srgb", "srgb", depth, matrix_coefficients=matrix, full_range_flag=full_range),
            tolerance=LOSSY,
            refused=_UNSUPPORTED if matrix == 8 and depth > 8 else None,
        )
    for quality, chroma in product((80, 95), (444, 420)):
        yield Combination(
            kind="HEIC, alpha",
            name=f"{chroma} quality={quality}",
            data=partial(encode_heic, _translucent(), quality=quality, chroma=chroma),
            expected=None,
            tolerance=SAME_FILE,
        )
    for primaries, transfer, depth in product(PRIMARIES_CODES, TRANSFER_CODES, (8, 10)):
        if transfer == "hlg" and primaries != "2020":
            continue
        yield Combination(
            kind="HEIC, nclx",
            name=f"{primaries} {transfer} {depth} bits",
            data=partial(_heic, primaries, transfer, depth),
            tolerance=_tolerance(transfer),
            refused=_UNSUPPORTED if transfer in ("pq", "hlg") and depth == 8 else None,
        )
    for orientation in range(1, 9):
        yield Combination(
            kind="HEIC, turned by boxes",
            name=str(orientation),
            data=partial(_turned_heic, orientation),
            tolerance=LOSSY,
        )


def _committed(name: str) -> Combination:
    _, primaries, transfer, depth, chroma, matrix, text = name.split("-")
    return Combination(
        kind="AVIF, depth, subsampling, matrix and range" if primaries == "srgb" else "AVIF, nclx",
        name=f"{primaries} {transfer} {depth} bits {chroma} matrix {matrix} {text}",
        data=partial(read_committed, name),
        expected=_grey if chroma == "400" else make_picture,
        tolerance=SUBSAMPLED if chroma in ("422", "420") else _tolerance(transfer),
    )


def _tolerance(transfer: str) -> Tolerance:
    return HDR if transfer in ("pq", "hlg", "linear") else LOSSY


def _translucent() -> Image.Image:
    image = Image.fromarray(make_picture())
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def _grey() -> Pixels:
    luma = make_picture() @ np.array([0.299, 0.587, 0.114])
    return np.asarray(luma.round()[..., None].repeat(3, axis=2), np.uint8)


def _turned_avif(orientation: int) -> bytes:
    stored = np.ascontiguousarray(LAID_DOWN[orientation](make_picture()))
    exif = exif_with_orientation(orientation)  # which Pillow writes as boxes too
    return encode(stored, "AVIF", quality=100, subsampling="4:4:4", speed=8, exif=exif)


def _avif_in_space(primaries: str, transfer: str, matrix: int | None = None) -> bytes:
    signal = in_bits(to_signal(make_picture(), primaries, transfer), 8).astype(np.uint8)
    data = encode(signal, "AVIF", quality=100, subsampling="4:4:4", speed=8)
    place = data.index(b"colrnclx") + 8
    codes = struct.pack(">HH", PRIMARIES_CODES[primaries], TRANSFER_CODES[transfer])
    if matrix is not None:
        codes += struct.pack(">H", matrix)
    return data[:place] + codes + data[place + len(codes) :]


def _avif_with_profile(primaries: str) -> bytes:
    signal = in_bits(to_signal(make_picture(), primaries, "gamma_2.2"), 8).astype(np.uint8)
    profile = make_rgb_profile(primaries, "gamma_2.2")
    data = encode(signal, "AVIF", quality=100, subsampling="4:4:4", speed=8, icc_profile=profile)
    place = data.index(b"colrnclx") + 8
    return data[:place] + struct.pack(">HH", 9, 8) + data[place + 4 :]


def _heic(primaries: str, transfer: str, depth: int, **options: int) -> bytes:
    signal = in_bits(to_signal(make_picture(), primaries, transfer), 8 if depth == 8 else 16)
    samples = signal.astype(np.uint8 if depth == 8 else "<u2")
    return _encode_heic(
        samples,
        depth,
        color_primaries=PRIMARIES_CODES[primaries],
        transfer_characteristics=TRANSFER_CODES[transfer],
        **({"chroma": 444, "matrix_coefficients": 6, "full_range_flag": 1} | options),
    )


def _turned_heic(orientation: int) -> bytes:
    stored = np.ascontiguousarray(LAID_DOWN[orientation](make_picture()))
    exif = exif_with_orientation(orientation)  # which pillow_heif writes as boxes too
    return _encode_heic(stored, 8, chroma=444, exif=exif)


def _encode_heic(samples: Pixels, depth: int, **options: object) -> bytes:
    stream = io.BytesIO()
    height, width = samples.shape[:2]
    before = pillow_heif.options.SAVE_HDR_TO_12_BIT
    pillow_heif.options.SAVE_HDR_TO_12_BIT = depth == 12
    try:
        mode = "RGB" if depth == 8 else "RGB;16"
        pillow_heif.encode(mode, (width, height), samples.tobytes(), stream, quality=95, **options)
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = before
    return stream.getvalue()
