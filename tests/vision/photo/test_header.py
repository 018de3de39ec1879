"""What a header gives away is refused before anything is decoded."""

import struct
import time
import tracemalloc

import pytest
from PIL import Image

from tests.builders.photos import (
    encode,
    exif_with_orientation,
    photo_bytes,
    png_of_size,
    smooth_pixels,
)
from tests.vision.photo.refusal import code_of
from vision.photo.decode import open_photo


def test_a_broken_exif_block_raises_no_warning_and_means_upright() -> None:
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\xff\xff\xff\xff\x63\0\0\0" * 3
    for kind in ("jpeg", "png", "webp"):
        photo = open_photo(encode(smooth_pixels(), kind, quality=95, exif=broken))
        assert (photo.width_px, photo.height_px) == (160, 120)


def test_an_avif_with_broken_exif_raises_no_warning() -> None:
    data = encode(smooth_pixels(), "AVIF", exif=exif_with_orientation(6))
    broken = data.replace(b"MM\0*\0\0\0\x08\0\x01", b"MM\0*\0\0\0\x08\xff\xff")
    assert broken != data
    photo = open_photo(broken)
    assert (photo.width_px, photo.height_px) == (120, 160)  # turned by its boxes


def test_a_jpeg_of_broken_segments_is_corrupt() -> None:
    assert code_of(b"\xff\xd8\xff\xe0\x00\x01" + b"\0" * 100) == "photo_corrupt"
    assert code_of(b"\xff\xd8\xff\xe0\x00\x10" + b"\0" * 100) == "photo_corrupt"


def test_a_png_bomb_is_refused_from_its_header_at_once() -> None:
    bomb = png_of_size(30_000, 30_000, bytes(3 * 30_000 + 1) * 100)
    tracemalloc.start()
    began = time.thread_time()
    assert code_of(bomb) == "photo_too_many_pixels"
    assert time.thread_time() - began < 1.0  # reading its 900 million pixels takes many
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_pixels_over_pillows_own_limit_are_refused_by_ours_without_a_warning() -> None:
    for side in (9_600, 14_000, 60_000):  # Pillow warns over 9,459 a side and refuses over 13,377
        assert code_of(png_of_size(side, side)) == "photo_too_many_pixels"


def test_a_jpeg_or_webp_of_too_many_pixels_is_refused_from_its_header() -> None:
    jpeg = photo_bytes("jpeg")
    frame = jpeg.index(b"\xff\xc0")
    huge = jpeg[: frame + 5] + struct.pack(">HH", 60_000, 60_000) + jpeg[frame + 9 :]
    assert code_of(huge) == "photo_too_many_pixels"
    webp = encode(smooth_pixels(), "WEBP", lossless=True)
    bits = struct.unpack("<I", webp[21:25])[0] | 0x0FFF_FFFF
    assert code_of(webp[:21] + struct.pack("<I", bits) + webp[25:]) == "photo_too_many_pixels"


def test_animations_are_refused_with_their_own_code() -> None:
    frames = [Image.fromarray(smooth_pixels(seed=seed)) for seed in range(3)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        assert code_of(encode(frames[0], kind, save_all=True, append_images=frames[1:])) == "photo_animated"


@pytest.mark.parametrize("progressive", [True, False])
def test_a_jpeg_of_thousands_of_scans_is_refused(progressive: bool) -> None:
    data = encode(smooth_pixels(), "JPEG", progressive=progressive)
    scan = data.index(b"\xff\xda")
    assert code_of(data[:-2] + data[scan : scan + 20] * 1000 + b"\xff\xd9") == "photo_corrupt"


@pytest.mark.parametrize("filler", [b"\xff\xdb\x00\x02", b"\xff\xe1\x00\x02"], ids=["kept", "dropped"])
def test_a_jpeg_of_thousands_of_empty_segments_is_refused(filler: bytes) -> None:
    """20 MiB of them took 3 seconds of the interpreter and 280 MB."""
    data = encode(smooth_pixels(), "JPEG")
    assert code_of(data[:2] + filler * 10_000 + data[2:]) == "photo_corrupt"
    assert open_photo(data[:2] + b"\xff\xe1\x00\x02" * 1_000 + data[2:])


def test_a_large_jpeg_may_have_fewer_scans_since_each_costs_its_pixels() -> None:
    """128 scans of 60 megapixels would keep a core busy for 5 seconds."""
    small = encode(smooth_pixels(), "JPEG", progressive=True)
    large = encode(Image.new("RGB", (7_000, 5_000)), "JPEG", progressive=True)
    for data, scans, code in ((small, 100, None), (large, 20, None), (large, 40, "photo_corrupt")):
        scan = data.rindex(b"\xff\xda")
        repeated = data[:-2] + data[scan:-2] * scans + b"\xff\xd9"
        if code is None:
            assert open_photo(repeated, smallest_side_px=100)
        else:
            assert code_of(repeated) == code
