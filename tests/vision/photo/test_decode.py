import hashlib
import io
import struct
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.builders.photos import (
    encode,
    encode_heic,
    exif_with_orientation,
    mean_difference,
    photo_bytes,
    png_chunk,
    png_of_size,
    smooth_pixels,
)
from vision.errors import PhotoError
from vision.photo.decode import PhotoLimits, open_photo, upright_jpeg

KINDS = ["jpeg", "png", "webp", "avif", "heic"]


def code_of(data: bytes, **options: object) -> str:
    with pytest.raises(PhotoError) as caught:
        open_photo(data, **options)  # type: ignore[arg-type]
    assert caught.value.message.endswith(".")
    return caught.value.code


# --- what is read


@pytest.mark.parametrize("kind", KINDS)
def test_each_format_gives_its_pixels_name_size_and_hash(kind: str) -> None:
    data = photo_bytes(kind)
    photo = open_photo(data)
    assert photo.format == kind
    assert (photo.width_px, photo.height_px) == (160, 120)
    assert photo.pixels.shape == (120, 160, 3)
    assert photo.pixels.dtype == np.uint8
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert mean_difference(photo.pixels, smooth_pixels()) < (0.001 if kind == "png" else 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_every_exif_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    upright = smooth_pixels()
    as_stored = _lay_down(Image.fromarray(upright), orientation)
    photo = open_photo(encode(as_stored, kind, quality=95, exif=exif_with_orientation(orientation)))
    assert (photo.width_px, photo.height_px) == (160, 120)
    assert mean_difference(photo.pixels, upright) < 4


def _lay_down(image: Image.Image, orientation: int) -> Image.Image:
    """What a camera held that way stores."""
    turns: dict[int, list[Image.Transpose]] = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    for turn in turns[orientation]:
        image = image.transpose(turn)
    return image


def test_a_heic_is_turned_by_its_own_boxes_and_only_once() -> None:
    upright = smooth_pixels()
    stored = Image.fromarray(upright).transpose(Image.Transpose.ROTATE_90)
    photo = open_photo(encode_heic(stored, quality=95, exif=exif_with_orientation(6)))
    assert (photo.width_px, photo.height_px) == (160, 120)
    assert mean_difference(photo.pixels, upright) < 4


def test_a_large_jpeg_is_decoded_smaller_but_reports_the_size_as_uploaded() -> None:
    data = encode(smooth_pixels(1600, 1200), "JPEG", quality=95)
    photo = open_photo(data, smallest_side_px=300)
    assert photo.pixels.shape == (300, 400, 3)
    assert (photo.width_px, photo.height_px) == (1600, 1200)


def test_a_reduced_decode_never_goes_below_the_smallest_side() -> None:
    data = encode(smooth_pixels(1600, 1200), "JPEG", quality=95)
    assert open_photo(data, smallest_side_px=301).pixels.shape == (600, 800, 3)
    assert open_photo(data, smallest_side_px=1201).pixels.shape == (1200, 1600, 3)


def test_a_reduced_decode_of_a_photo_on_its_side_is_upright_too() -> None:
    stored = _lay_down(Image.fromarray(smooth_pixels(1600, 1200)), 6)
    photo = open_photo(encode(stored, "JPEG", quality=95, exif=exif_with_orientation(6)), smallest_side_px=300)
    assert photo.pixels.shape == (300, 400, 3)
    assert (photo.width_px, photo.height_px) == (1600, 1200)
    assert mean_difference(photo.pixels, np.asarray(Image.fromarray(smooth_pixels(1600, 1200)).reduce(4))) < 4


def test_a_progressive_jpeg_is_read() -> None:
    photo = open_photo(encode(smooth_pixels(), "JPEG", quality=95, progressive=True))
    assert mean_difference(photo.pixels, smooth_pixels()) < 3


def test_an_adobe_cmyk_jpeg_keeps_its_colours() -> None:
    data = encode(Image.fromarray(smooth_pixels()).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    assert mean_difference(open_photo(data).pixels, smooth_pixels()) < 5


def test_a_16_bit_grey_png_is_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(64, axis=0)
    pixels = open_photo(encode(Image.fromarray(ramp))).pixels
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, -1].tolist() == [255, 255, 255]
    assert abs(int(pixels[0, 32, 0]) - 129) <= 1


def test_a_16_bit_rgb_png_is_cut_to_8_bits() -> None:
    row = b"\0" + struct.pack(">HHH", 65535, 32768, 256) * 40
    header = struct.pack(">IIBBBBB", 40, 40, 16, 2, 0, 0, 0)
    plain = png_of_size(40, 40, row * 40)
    data = plain.replace(plain[8:33], png_chunk(b"IHDR", header))
    assert open_photo(data).pixels[5, 5].tolist() == [255, 128, 1]


@pytest.mark.parametrize("mode", ["1", "L"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_black_and_white_becomes_grey_rgb(mode: str, kind: str) -> None:
    half = np.zeros((64, 64), np.uint8)
    half[:, 32:] = 255
    pixels = open_photo(encode(Image.fromarray(half).convert(mode), kind, lossless=True)).pixels
    assert pixels[10, 2].tolist() == [0, 0, 0]
    assert pixels[10, 60].tolist() == [255, 255, 255]


def test_a_grey_jpeg_is_read_as_rgb() -> None:
    photo = open_photo(encode(Image.fromarray(smooth_pixels()).convert("L"), "JPEG"), smallest_side_px=32)
    assert photo.pixels.shape[2] == 3
    assert (photo.pixels[..., 0] == photo.pixels[..., 2]).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_transparency_is_laid_on_white(mode: str, kind: str) -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:, 32:, 3] = 255
    pixels = open_photo(encode(Image.fromarray(rgba).convert(mode), kind)).pixels
    assert pixels[10, 2].min() >= 250
    assert pixels[10, 60].max() <= 5


def test_half_transparency_is_half_white() -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[..., 3] = 128
    assert open_photo(encode(rgba)).pixels[3, 3].tolist() == [127, 127, 127]


def test_a_transparent_heic_is_laid_on_white() -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:, 32:, 3] = 255
    pixels = open_photo(encode_heic(Image.fromarray(rgba), quality=95)).pixels
    assert pixels[10, 4].min() >= 245
    assert pixels[10, 60].max() <= 10


def test_a_palette_with_one_transparent_colour_is_laid_on_white() -> None:
    indexed = np.zeros((64, 64), np.uint8)
    indexed[:, 32:] = 1
    image = Image.fromarray(indexed).convert("P")
    image.putpalette([200, 0, 0, 0, 0, 200])
    assert open_photo(encode(image)).pixels[3, 3].tolist() == [200, 0, 0]
    for transparency in (0, b"\x00\xff"):
        pixels = open_photo(encode(image, transparency=transparency)).pixels
        assert pixels[3, 3].tolist() == [255, 255, 255]
        assert pixels[3, 60].tolist() == [0, 0, 200]


def test_a_grey_or_rgb_png_with_a_transparent_colour_is_laid_on_white() -> None:
    grey = np.full((64, 64), 90, np.uint8)
    assert open_photo(encode(grey, transparency=90)).pixels[3, 3].tolist() == [255, 255, 255]
    colour = np.full((64, 64, 3), (10, 20, 30), np.uint8)
    assert open_photo(encode(colour, transparency=(10, 20, 30))).pixels[3, 3].tolist() == [255, 255, 255]


def test_a_phone_jpeg_of_several_pictures_gives_its_first() -> None:
    first, second = Image.fromarray(smooth_pixels()), Image.new("RGB", (160, 120), "red")
    data = encode(first, "MPO", save_all=True, append_images=[second], quality=95)
    photo = open_photo(data)
    assert photo.format == "jpeg"
    assert mean_difference(photo.pixels, smooth_pixels()) < 3


def test_a_colour_profile_is_turned_into_srgb() -> None:
    profile = _linear_rgb_profile()
    half = np.full((64, 64, 3), 55, np.uint8)  # linear 0.2157 is 128 in sRGB
    pixels = open_photo(encode(half, icc_profile=profile)).pixels
    assert abs(int(pixels[3, 3, 0]) - 128) <= 2


def test_a_broken_colour_profile_is_ignored() -> None:
    photo = open_photo(encode(smooth_pixels(), icc_profile=b"no profile at all" * 20))
    assert mean_difference(photo.pixels, smooth_pixels()) == 0


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = open_photo(encode(smooth_pixels(), icc_profile=profile))
    assert mean_difference(photo.pixels, smooth_pixels()) == 0


def _linear_rgb_profile() -> bytes:
    """An sRGB profile whose tone curves are replaced by straight lines, and whose name no longer says sRGB."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    line = b"curv\0\0\0\0" + struct.pack(">I", 0)
    for entry in range(count):
        place = 132 + 12 * entry
        tag, offset = bytes(data[place : place + 4]), struct.unpack_from(">I", data, place + 4)[0]
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            data[offset : offset + len(line)] = line
            struct.pack_into(">I", data, place + 8, len(line))
    name = "sRGB built-in".encode("utf-16-be")
    assert name in data
    return bytes(data.replace(name, "line built-in".encode("utf-16-be")))


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


# --- what is refused


def test_no_bytes_are_refused_with_their_own_code() -> None:
    assert code_of(b"") == "photo_empty"


def test_too_many_bytes_are_refused_unread() -> None:
    assert code_of(photo_bytes("png"), limits=PhotoLimits(max_bytes=100)) == "photo_too_many_bytes"


def test_a_text_file_named_jpg_is_no_image() -> None:
    assert code_of(b"this is a text file, whatever its name says\n") == "photo_not_an_image"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_photo_cut_short_is_truncated(kind: str, share: float) -> None:
    data = photo_bytes(kind)
    assert code_of(data[: int(len(data) * share)]) == "photo_truncated"


def test_a_jpeg_without_its_last_bytes_is_truncated() -> None:
    assert code_of(photo_bytes("jpeg")[:-40]) == "photo_truncated"


def test_a_truncated_jpeg_is_truncated_at_reduced_scale_too() -> None:
    data = encode(smooth_pixels(1600, 1200), "JPEG", quality=95)
    assert code_of(data[: len(data) // 2], smallest_side_px=200) == "photo_truncated"


def test_damaged_pixels_are_corrupt() -> None:
    data = photo_bytes("png")
    place = data.index(b"IDAT") + 10
    assert code_of(data[:place] + b"\xff" * 40 + data[place + 40 :]) == "photo_corrupt"


def test_a_jpeg_of_broken_segments_is_corrupt() -> None:
    assert code_of(b"\xff\xd8\xff\xe0\x00\x01" + b"\0" * 100) == "photo_corrupt"
    assert code_of(b"\xff\xd8\xff\xe0\x00\x10" + b"\0" * 100) == "photo_corrupt"


def test_a_png_bomb_is_refused_from_its_header_at_once() -> None:
    bomb = png_of_size(30_000, 30_000, bytes(3 * 30_000 + 1) * 100)
    tracemalloc.start()
    began = time.perf_counter()
    assert code_of(bomb) == "photo_too_many_pixels"
    assert time.perf_counter() - began < 1.0  # reading its 900 million pixels takes many
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


@pytest.mark.parametrize("kind", KINDS)
def test_limits_hold_for_every_format(kind: str) -> None:
    data = photo_bytes(kind)
    assert code_of(data, limits=PhotoLimits(max_pixels=160 * 120 - 1)) == "photo_too_many_pixels"
    assert code_of(data, limits=PhotoLimits(max_side_px=159)) == "photo_too_many_pixels"
    assert code_of(data, limits=PhotoLimits(min_side_px=121)) == "photo_too_small"
    assert open_photo(data, limits=PhotoLimits(max_pixels=160 * 120, max_side_px=160, min_side_px=120))


def test_one_pixel_is_too_small() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        assert code_of(encode(np.zeros((1, 1, 3), np.uint8), kind)) == "photo_too_small"


def test_animations_are_refused_with_their_own_code() -> None:
    frames = [Image.fromarray(smooth_pixels(seed=seed)) for seed in range(3)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        assert code_of(encode(frames[0], kind, save_all=True, append_images=frames[1:])) == "photo_animated"


@pytest.mark.parametrize(
    ("kind", "name"), [("GIF", "GIF"), ("TIFF", "TIFF"), ("BMP", "BMP"), ("JPEG2000", "JPEG 2000")]
)
def test_other_formats_are_refused_by_name_with_what_to_send(kind: str, name: str) -> None:
    with pytest.raises(PhotoError, match=rf"{name}.*send a JPEG, PNG, WebP, AVIF or HEIC") as caught:
        open_photo(encode(smooth_pixels(), kind))
    assert caught.value.code == "photo_format_unsupported"


def test_an_svg_drawing_is_refused_by_name() -> None:
    svg = b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
    assert code_of(svg) == "photo_format_unsupported"
    assert code_of(svg.decode().encode("utf-16")) == "photo_format_unsupported"


def test_a_pdf_and_a_video_are_refused_by_name() -> None:
    assert code_of(b"%PDF-1.7 ...") == "photo_format_unsupported"
    assert code_of(b"\0\0\0\x18ftypisom\0\0\0\0isommp41") == "photo_format_unsupported"


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


def test_a_photo_shrinks_by_whole_factors_and_once() -> None:
    photo = open_photo(encode(smooth_pixels(1600, 1200)))
    assert photo.shrunk(256).size == (534, 400)  # a third: a fourth would be less than twice 256
    assert photo.shrunk(256) is photo.shrunk(260)
    assert photo.shrunk(1000) is photo.image


# --- the copy that is shown


@pytest.mark.parametrize("kind", KINDS)
def test_the_upright_copy_is_a_jpeg_without_metadata(kind: str) -> None:
    pixels = smooth_pixels()
    options: dict[str, object] = {"exif": exif_with_orientation(6)}
    data = photo_bytes("heic", pixels) if kind == "heic" else encode(pixels, kind, quality=95, **options)
    copy = upright_jpeg(data)
    image = Image.open(io.BytesIO(copy))
    assert image.format == "JPEG"
    assert image.size == ((160, 120) if kind == "heic" else (120, 160))
    assert "exif" not in image.info
    assert b"SecretCamera" not in copy


def test_the_upright_copy_fits_the_side_that_is_asked_for() -> None:
    data = encode(smooth_pixels(1600, 1200), "JPEG", quality=95, exif=exif_with_orientation(6))
    assert Image.open(io.BytesIO(upright_jpeg(data, max_side_px=500))).size == (375, 500)
    assert Image.open(io.BytesIO(upright_jpeg(data, max_side_px=5000))).size == (1200, 1600)


def test_photos_are_opened_alike_in_many_threads(run_in_threads: Callable[..., list[list[bytes]]]) -> None:
    data = [photo_bytes(kind) for kind in KINDS]
    expected = [open_photo(item).pixels.tobytes() for item in data]
    for found in run_in_threads(lambda: [open_photo(item).pixels.tobytes() for item in data], times=8):
        assert found == expected
