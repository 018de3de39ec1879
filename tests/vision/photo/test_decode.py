import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tests.builders.photos import (
    encode,
    encode_heic,
    exif_with_orientation,
    mean_difference,
    photo_bytes,
    smooth_pixels,
)
from tests.vision.photo.refusal import code_of
from vision.errors import PhotoError
from vision.photo.decode import PhotoLimits, open_photo

KINDS = ["jpeg", "png", "webp", "avif", "heic"]


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


def test_a_phone_jpeg_of_several_pictures_gives_its_first() -> None:
    first, second = Image.fromarray(smooth_pixels()), Image.new("RGB", (160, 120), "red")
    data = encode(first, "MPO", save_all=True, append_images=[second], quality=95)
    photo = open_photo(data)
    assert photo.format == "jpeg"
    assert mean_difference(photo.pixels, smooth_pixels()) < 3


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


def test_a_photo_shrinks_by_whole_factors_and_once() -> None:
    photo = open_photo(encode(smooth_pixels(1600, 1200)))
    assert photo.shrunk(256).size == (534, 400)  # a third: a fourth would be less than twice 256
    assert photo.shrunk(256) is photo.shrunk(260)
    assert photo.shrunk(1000) is photo.image


def test_photos_are_opened_alike_in_many_threads(run_in_threads: Callable[..., list[list[bytes]]]) -> None:
    data = [photo_bytes(kind) for kind in KINDS]
    expected = [open_photo(item).pixels.tobytes() for item in data]
    for found in run_in_threads(lambda: [open_photo(item).pixels.tobytes() for item in data], times=8):
        assert found == expected
