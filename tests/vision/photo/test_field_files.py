"""Files as cameras, phones and programs write them, in `field/`: each is the reference picture with one oddity.

Files with CONTROL in their name lack the oddity.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.builders.photos import mean_difference
from tests.vision.photo.refusal import code_of
from vision.photo.decode import open_photo

FIELD: Final = Path(__file__).parent / "field"


def reference(mode: str = "RGB") -> NDArray[np.uint8]:
    """The reference picture, uint8 [320, 320, 3]."""
    return np.asarray(Image.open(FIELD / "reference_rgb.png").convert(mode).convert("RGB"))


def small_reference() -> NDArray[np.uint8]:
    """The reference picture at 200 pixels a side, uint8 [200, 200, 3]."""
    return np.asarray(Image.open(FIELD / "png_iccp_broken_zlib_CONTROL.png").convert("RGB"))


def pixels(name: str) -> NDArray[np.uint8]:
    return open_photo((FIELD / name).read_bytes()).pixels


@pytest.mark.parametrize(
    ("name", "largest_mean"),
    [
        ("reference_rgb.png", 0),
        ("reference.jpg", 0.5),
        ("heic_no_trailer_CONTROL.heic", 0.5),
        ("heic_json_trailer.heic", 0.5),
        ("jpeg_orientation6_short_CONTROL.jpg", 0.5),
        ("jpeg_orientation6_long.jpg", 0.5),
        ("jpeg_zero_padding_between_segments.jpg", 0.5),
        ("jpeg_progressive_mjpeg_trailer.jpg", 0.5),
    ],
)
def test_an_oddity_that_decoders_skip_changes_nothing(name: str, largest_mean: float) -> None:
    assert mean_difference(pixels(name), reference()) <= largest_mean


@pytest.mark.parametrize(
    ("name", "largest_mean"),
    [
        ("png_iccp_broken_zlib_CONTROL.png", 0),
        ("png_iccp_1600kB.png", 0),
        ("webp_animation_of_one_frame.webp", 0),
        ("png_gama_linear.png", 0.5),
    ],
)
def test_the_small_picture_is_the_same_in_each_file(name: str, largest_mean: float) -> None:
    assert mean_difference(pixels(name), small_reference()) <= largest_mean


@pytest.mark.parametrize("name", ["png_grey16_no_trns_CONTROL.png", "png_grey16_trns.png"])
def test_a_transparent_grey_that_no_pixel_has_changes_nothing(name: str) -> None:
    assert mean_difference(pixels(name), reference("L")) < 0.1


def test_the_transparent_grey_of_two_bits_is_white() -> None:
    levels = np.asarray(Image.open(FIELD / "png_grey2_trns1.png"))
    assert mean_difference(pixels("png_grey2_trns1.png")[..., 1], np.where(levels == 85, 255, levels)) == 0


def test_high_dynamic_range_in_eight_bits_is_refused_by_name() -> None:
    data = (FIELD / "avif_nclx_hdr_pq.avif").read_bytes()
    assert code_of(data) == "photo_colour_unsupported"
