"""What a header gives away is refused before anything is decoded."""

import struct
import time
import tracemalloc

import pytest
from PIL import Image

from tests.builders.photos import (
    encode,
    exif_with_orientation,
    mean_difference,
    photo_bytes,
    png_of_size,
    smooth_pixels,
)
from tests.builders.png import adobe_rgb_exif
from tests.vision.photo.refusal import code_of
from vision.photo.decode import open_photo
from vision.photo.header import cut_short, read_jpeg_header, read_webp_header
from vision.photo.icc import ADOBE_RGB


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


# --- what decoders skip in a JPEG

JPEG = photo_bytes("jpeg")
SEGMENTS = JPEG.index(b"\xff\xdb")  # where the tables start, after JFIF


@pytest.mark.parametrize(
    "padding", [b"\0\0", b"\xff\xff\xff", b"\0\xff\0\xff", bytes(200), b"junk", b"\xff\xd0\xff\x01"]
)
@pytest.mark.parametrize("place", [2, SEGMENTS, JPEG.index(b"\xff\xda")])
def test_padding_between_segments_changes_nothing(place: int, padding: bytes) -> None:
    if place == 2 and padding == b"junk":
        return  # what starts like that is no JPEG
    photo = open_photo(JPEG[:place] + padding + JPEG[place:])
    assert mean_difference(photo.pixels, open_photo(JPEG).pixels) == 0


@pytest.mark.parametrize(
    "segment",
    [
        b"\xff\xe1\0\x08Exif\0\0",
        b"\xff\xe1\0\x20Exif\0\0MM\0*\xff\xff\xff\xff" + b"x" * 16,
        b"\xff\xe1\0\x08http:/",
        b"\xff\xe2\0\x06MPF\0",
        b"\xff\xe2\0\x0eICC_PROFILE\0",
        b"\xff\xe2\0\x10ICC_PROFILE\0\1\1",
        b"\xff\xe2\0\x14ICC_PROFILE\0\1\2none",
        b"\xff\xe0\0\x07JFIF\0",
        b"\xff\xee\0\x07Adobe",
        b"\xff\xed\0\x10Photoshop 3.0\0",
        b"\xff\xe5\0\0",
        b"\xff\xfe\0\1",
        b"\xff\xe9\0\3x",
    ],
)
def test_a_damaged_segment_of_an_application_changes_nothing(segment: bytes) -> None:
    for data in (JPEG[:2] + segment + JPEG[2:], JPEG[:SEGMENTS] + segment + JPEG[SEGMENTS:]):
        assert mean_difference(open_photo(data).pixels, open_photo(JPEG).pixels) == 0


def icc_segment(number: int, count: int, part: bytes) -> bytes:
    return b"\xff\xe2" + struct.pack(">H", 16 + len(part)) + b"ICC_PROFILE\0" + bytes([number, count]) + part


@pytest.mark.parametrize(
    ("segments", "profile"),
    [
        ([icc_segment(1, 1, ADOBE_RGB)], ADOBE_RGB),
        ([icc_segment(1, 2, ADOBE_RGB[:100]), icc_segment(2, 2, ADOBE_RGB[100:])], ADOBE_RGB),
        ([icc_segment(2, 2, ADOBE_RGB[100:]), icc_segment(1, 2, ADOBE_RGB[:100])], ADOBE_RGB),
        ([icc_segment(2, 2, ADOBE_RGB[100:])], None),
        ([icc_segment(1, 3, ADOBE_RGB[:100]), icc_segment(3, 3, ADOBE_RGB[100:])], None),
    ],
)
def test_a_profile_is_joined_in_order_and_left_out_where_a_part_is_missing(
    segments: list[bytes], profile: bytes | None
) -> None:
    assert read_jpeg_header(JPEG[:SEGMENTS] + b"".join(segments) + JPEG[SEGMENTS:]).colour == profile


def test_adobe_rgb_that_only_exif_states_counts_in_jpeg_and_webp() -> None:
    exif = b"Exif\0\0" + adobe_rgb_exif()
    srgb = encode(smooth_pixels(), "JPEG", exif=exif, icc_profile=ADOBE_RGB[:50])
    assert read_jpeg_header(encode(smooth_pixels(), "JPEG", exif=exif)).colour == ADOBE_RGB
    assert read_jpeg_header(srgb).colour == ADOBE_RGB[:50]
    assert read_webp_header(encode(smooth_pixels(), "WEBP", exif=exif)).colour == ADOBE_RGB
    assert read_webp_header(encode(smooth_pixels(), "WEBP", exif=exif, icc_profile=b"x")).colour is None
    assert read_webp_header(photo_bytes("webp")).colour is None


FILM = b"".join(encode(smooth_pixels(32, 32, seed), "JPEG", progressive=True) for seed in range(20))


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize(
    "trailer", [FILM, b"\xff\xda" * 500, bytes(5_000), b"text"], ids=["film", "marks", "zeros", "text"]
)
def test_a_trailer_of_a_jpeg_changes_nothing(trailer: bytes, progressive: bool) -> None:
    data = encode(smooth_pixels(), "JPEG", quality=95, progressive=progressive)
    assert mean_difference(open_photo(data + trailer).pixels, open_photo(data).pixels) == 0


def test_a_mark_within_a_segment_among_the_scans_is_no_scan() -> None:
    data = encode(smooth_pixels(), "JPEG", progressive=True)
    scan = data.rindex(b"\xff\xda")
    comment = b"\xff\xfe" + struct.pack(">H", 2 + 2_000) + b"\xff\xda" * 1_000
    assert mean_difference(open_photo(data[:scan] + comment + data[scan:]).pixels, open_photo(data).pixels) == 0


def test_thousands_of_segments_among_the_scans_are_refused_soon() -> None:
    data = encode(smooth_pixels(), "JPEG", progressive=True)
    scan = data.rindex(b"\xff\xda")
    filler = b"\xff\xfe\0\4\xff\xda" * 500_000
    began = time.thread_time()
    assert code_of(data[:scan] + filler + data[scan:]) == "photo_corrupt"
    assert time.thread_time() - began < 1.0


@pytest.mark.parametrize(("place", "value", "name"), [(4, 12, "12 bits"), (9, 2, "2 channels")])
def test_a_jpeg_of_another_kind_is_refused_by_name(place: int, value: int, name: str) -> None:
    frame = JPEG.index(b"\xff\xc0")
    changed = JPEG[: frame + place] + bytes([value]) + JPEG[frame + place + 1 :]
    assert code_of(changed, match=name) == "photo_format_unsupported"


@pytest.mark.parametrize("kept", [3, 30, 200])
def test_a_jpeg_cut_within_its_header_is_truncated(kept: int) -> None:
    assert code_of(JPEG[:kept], match="cut short") == "photo_truncated"
    assert "cut short" in cut_short("JPEG")


# --- WebP


@pytest.mark.parametrize("lossless", [True, False])
def test_an_animated_webp_of_one_frame_is_read(lossless: bool) -> None:
    pixels = smooth_pixels()
    still = encode(pixels, "WEBP", lossless=lossless, quality=95)
    frame = bytes(6) + (159).to_bytes(3, "little") + (119).to_bytes(3, "little") + bytes(4) + still[12:]
    chunks = webp_chunk(b"VP8X", b"\2" + bytes(3) + frame[6:12]) + webp_chunk(b"ANIM", bytes(6))
    one = chunks + webp_chunk(b"ANMF", frame)
    assert mean_difference(open_photo(riff(one)).pixels, open_photo(still).pixels) < 0.1
    assert code_of(riff(one + webp_chunk(b"ANMF", frame))) == "photo_animated"


def test_a_webp_of_thousands_of_chunks_is_refused() -> None:
    still = encode(smooth_pixels(), "WEBP", exif=exif_with_orientation(1))
    began = time.thread_time()
    assert code_of(riff(still[12:] + webp_chunk(b"junk", b"") * 1_000_000)) == "photo_corrupt"
    assert time.thread_time() - began < 1.0


def webp_chunk(kind: bytes, contents: bytes) -> bytes:
    return kind + struct.pack("<I", len(contents)) + contents + bytes(len(contents) % 2)


def riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks
