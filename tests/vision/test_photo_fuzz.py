"""Files that were tampered with: whatever the bytes, they give a photo or a PhotoError, soon.

CI tries 12,000 of them, the same ones each time. `TOUCHSTONE_FUZZ=100000 pytest tests/vision/test_photo_fuzz.py` tries
so many of each format, others each time.
"""

import contextlib
import io
import os
import struct
import time
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.builders.photos import encode, exif_with_orientation, photo_bytes, smooth_pixels
from tests.builders.png import RGB, chrm, cicp, gama, iccp, trns, write_png
from vision.errors import PhotoError
from vision.photo.decode import PhotoLimits, open_photo
from vision.photo.icc import ADOBE_RGB

LONGER: Final = os.environ.get("TOUCHSTONE_FUZZ")
EXAMPLES: Final = int(LONGER or 2_400)
LIMITS: Final = PhotoLimits(max_pixels=2_000_000)
MAX_CPU_S: Final = 2.0  # of one file within those limits; they take milliseconds

_PIXELS: Final = smooth_pixels(48, 40)
_EXIF: Final = exif_with_orientation(6)
SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "jpeg": (
        photo_bytes("jpeg", _PIXELS),
        encode(_PIXELS, "JPEG", progressive=True, exif=_EXIF),
        encode(Image.fromarray(_PIXELS).convert("CMYK"), "JPEG"),
        encode(_PIXELS, "JPEG", icc_profile=ADOBE_RGB),
    ),
    "png": (
        photo_bytes("png", _PIXELS),
        encode(Image.fromarray(_PIXELS).convert("P"), "PNG", transparency=3),
        encode(Image.fromarray(_PIXELS).convert("LA"), "PNG", exif=_EXIF),
        write_png(_PIXELS, RGB, 8, [gama(1.0), chrm((0.31, 0.33), (0.7, 0.3), (0.2, 0.8), (0.1, 0.1)), trns(1, 2, 3)]),
        write_png(_PIXELS.astype(np.uint16), RGB, 16, [iccp(ADOBE_RGB), cicp(9, 16), trns(1, 2, 3)]),
    ),
    "webp": (photo_bytes("webp", _PIXELS), encode(_PIXELS, "WEBP", lossless=True, exif=_EXIF)),
    "avif": (photo_bytes("avif", _PIXELS), encode(Image.fromarray(_PIXELS).convert("RGBA"), "AVIF", exif=_EXIF)),
    "heic": (photo_bytes("heic", _PIXELS),),
}

Change = Callable[[bytes], bytes]
_PLACE: Final = st.integers(0, 2**13)


def _put(place: int, value: bytes) -> Change:
    def change(data: bytes) -> bytes:
        at = place % (len(data) + 1)
        return data[:at] + value + data[at + len(value) :]

    return change


def _drop(place: int, count: int) -> Change:
    return lambda data: data[: place % (len(data) + 1)] + data[place % (len(data) + 1) + count :]


def _repeat(place: int, count: int, times: int) -> Change:
    def change(data: bytes) -> bytes:
        at = place % (len(data) + 1)
        return data[:at] + data[at : at + count] * times + data[at:]

    return change


CHANGES: Final = st.one_of(
    st.builds(_put, _PLACE, st.binary(min_size=1, max_size=4)),
    # Sizes and offsets, which lie in the headers, at their extremes.
    st.builds(
        _put,
        st.integers(0, 400),
        st.sampled_from([0, 1, 0x7F, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]).map(
            lambda value: struct.pack(">I", value)
        ),
    ),
    st.builds(_drop, _PLACE, st.integers(1, 64) | st.just(2**16)),
    st.builds(_repeat, _PLACE, st.integers(1, 64), st.integers(1, 40)),
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SEEDS)
def test_a_damaged_photo_gives_a_photo_or_a_photo_error_soon(kind: str) -> None:
    tried = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=LONGER is None,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.sampled_from(SEEDS[kind]), changes=st.lists(CHANGES, min_size=1, max_size=6))
    def try_one(seed: bytes, changes: list[Change]) -> None:
        nonlocal tried
        tried += 1
        for change in changes:
            seed = change(seed)
        _open_or_refuse(seed)

    try_one()
    assert tried >= EXAMPLES


@settings(max_examples=200, deadline=None, database=None, derandomize=LONGER is None)
@given(
    start=st.sampled_from(
        [
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\x40\0\0\0WEBPVP8 ",
            b"\0\0\0\x1cftypavif",
            b"\0\0\0\x1cftypheic",
            b"GIF89a",
            b"",
        ]
    ),
    tail=st.binary(max_size=200),
)
def test_random_bytes_give_a_photo_or_a_photo_error(start: bytes, tail: bytes) -> None:
    _open_or_refuse(start + tail)


def _open_or_refuse(data: bytes) -> None:
    start = time.thread_time()
    with contextlib.suppress(PhotoError):
        photo = open_photo(data, smallest_side_px=16, limits=LIMITS)
        assert photo.pixels.ndim == 3
    assert time.thread_time() - start < MAX_CPU_S


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of formats that Pillow will drop
def test_no_other_format_that_pillow_knows_is_read() -> None:
    Image.init()
    refused = set()
    for kind in set(Image.SAVE) - {"JPEG", "MPO", "PNG", "WEBP", "AVIF"}:  # an MPO is a JPEG and more
        stream = io.BytesIO()
        try:
            Image.fromarray(smooth_pixels()).save(stream, kind)
        except (OSError, ValueError, KeyError):  # takes no RGB, or hands on to another program
            continue
        with pytest.raises(PhotoError) as caught:
            open_photo(stream.getvalue())
        assert caught.value.code in ("photo_format_unsupported", "photo_not_an_image"), kind
        refused.add(kind)
    assert refused > {"GIF", "TIFF", "BMP", "TGA", "PPM", "PDF"}
