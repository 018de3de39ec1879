import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.builders.photos import encode, mean_difference, smooth_pixels
from vision.errors import ConfigError
from vision.inputs import LETTERBOX_GREY, InputGeometry, open_for_input, to_input
from vision.photo.decode import Photo, open_photo


def photo_of(pixels: NDArray[np.uint8]) -> Photo:
    return open_photo(encode(pixels))


def test_the_tile_is_square_uint8_rgb_and_may_be_written_to() -> None:
    tiles = to_input(photo_of(smooth_pixels()), InputGeometry(size_px=64))
    assert tiles.pixels.shape == (1, 64, 64, 3)
    assert tiles.pixels.dtype == np.uint8
    assert tiles.pixels.flags.writeable
    assert tiles.pixels.flags.c_contiguous
    assert tiles.boxes.shape == (1, 4)
    assert tiles.boxes.dtype == np.float32


def test_preprocessing_is_pinned_to_a_golden_array() -> None:
    pixels = to_input(photo_of(golden_pixels()), InputGeometry(size_px=16)).pixels[0]
    assert pixels[:, 8].tolist() == GOLDEN_COLUMN
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == GOLDEN_SHA256


def golden_pixels() -> NDArray[np.uint8]:
    """40 x 60, made of whole numbers only, so that no library can change it."""
    y, x = np.mgrid[0:40, 0:60]
    return np.stack([4 * x, 6 * y, (x * y) % 256], axis=-1).astype(np.uint8)


GOLDEN_COLUMN = [
    [127, 127, 127],
    [127, 127, 127],
    [125, 8, 44],
    [125, 29, 161],
    [125, 52, 103],
    [125, 73, 128],
    [125, 95, 143],
    [125, 117, 100],
    [125, 139, 155],
    [125, 161, 86],
    [125, 182, 162],
    [125, 205, 120],
    [125, 226, 133],
    [127, 127, 127],
    [127, 127, 127],
    [127, 127, 127],
]
GOLDEN_SHA256 = "522c412c9be263a6b7b1eaa2fd9faab7e6318fd1dd2f1570be4ac4874dde6293"


def test_a_wide_photo_gets_grey_above_and_below_and_keeps_its_shape() -> None:
    tiles = to_input(photo_of(np.full((50, 100, 3), 200, np.uint8)), InputGeometry(size_px=64))
    assert (tiles.pixels[0, :16] == LETTERBOX_GREY).all()
    assert (tiles.pixels[0, 16:48] == 200).all()
    assert (tiles.pixels[0, 48:] == LETTERBOX_GREY).all()
    assert tiles.boxes[0].tolist() == [0.0, -0.5, 1.0, 1.5]


def test_a_tall_photo_gets_grey_left_and_right() -> None:
    tiles = to_input(photo_of(np.full((100, 50, 3), 200, np.uint8)), InputGeometry(size_px=64))
    assert (tiles.pixels[0, :, :16] == LETTERBOX_GREY).all()
    assert (tiles.pixels[0, :, 16:48] == 200).all()
    assert tiles.boxes[0].tolist() == [-0.5, 0.0, 1.5, 1.0]


def test_without_letterbox_the_photo_fills_the_square() -> None:
    tiles = to_input(photo_of(np.full((50, 100, 3), 200, np.uint8)), InputGeometry(size_px=64, letterbox=False))
    assert (tiles.pixels == 200).all()
    assert tiles.boxes[0].tolist() == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(("width", "height"), [(333, 217), (217, 333), (64, 64), (400, 100)])
def test_the_box_says_where_the_tile_lies_in_the_photo(width: int, height: int) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[height // 4 : height // 2, width // 2 : 3 * width // 4] = 255
    tiles = to_input(photo_of(pixels), InputGeometry(size_px=64))
    x0, y0, x1, y1 = tiles.boxes[0].tolist()
    rows, columns = np.nonzero(tiles.pixels[0, ..., 0] > 180)
    centre_x = x0 + (columns.mean() + 0.5) / 64 * (x1 - x0)
    centre_y = y0 + (rows.mean() + 0.5) / 64 * (y1 - y0)
    assert centre_x == pytest.approx(0.625, abs=0.5 / 64 * (x1 - x0))
    assert centre_y == pytest.approx(0.375, abs=0.5 / 64 * (y1 - y0))


def test_a_photo_of_the_exact_size_is_not_touched() -> None:
    pixels = smooth_pixels(64, 64)
    assert (to_input(photo_of(pixels), InputGeometry(size_px=64)).pixels[0] == pixels).all()


def test_a_very_long_photo_still_gets_a_pixel_of_width() -> None:
    tiles = to_input(photo_of(np.full((32, 6400, 3), 9, np.uint8)), InputGeometry(size_px=64))
    assert (tiles.pixels[0] == 9).any()
    assert np.isfinite(tiles.boxes).all()


def test_resizing_is_antialiased() -> None:
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::2] = 255
    inner = to_input(photo_of(stripes), InputGeometry(size_px=64)).pixels[0, 8:-8, 8:-8]
    assert abs(inner.astype(int) - 127).max() <= 2


def test_the_input_does_not_depend_on_the_size_of_the_upload() -> None:
    geometry = InputGeometry(size_px=224)
    largest = detailed_photo(4000, 3000)
    inputs = []
    for width, height in [(4000, 3000), (2309, 1732), (1155, 866)]:
        resized = largest.resize((width, height), Image.Resampling.LANCZOS)
        photo = open_for_input(encode(resized, "JPEG", quality=90), geometry)
        inputs.append(to_input(photo, geometry).pixels)
    assert mean_difference(inputs[0], inputs[1]) < 1.5  # of 255
    assert mean_difference(inputs[0], inputs[2]) < 1.5
    assert np.percentile(np.abs(inputs[0].astype(int) - inputs[2].astype(int)), 99) <= 6


def detailed_photo(width: int, height: int) -> Image.Image:
    """Grey texture at every scale down to the grain, as a camera gives it."""
    random = np.random.default_rng(5)
    picture = np.zeros((height, width), np.float32)
    for cells, strength in [(6, 60), (24, 40), (96, 25), (384, 12), (1536, 6)]:
        coarse = random.normal(0, strength, (cells * 3 // 4, cells)).astype(np.float32)
        picture += np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR))
    return Image.fromarray(np.clip(picture + 127, 0, 255).astype(np.uint8))


def test_a_reduced_decode_gives_the_input_of_a_full_one() -> None:
    data = encode(detailed_photo(2400, 1800), "JPEG", quality=90)
    geometry = InputGeometry(size_px=224)
    reduced = to_input(open_for_input(data, geometry), geometry)
    full = to_input(open_photo(data), geometry)
    assert mean_difference(reduced.pixels, full.pixels) < 0.6
    assert (reduced.boxes == full.boxes).all()


def test_photos_are_decoded_at_twice_the_input_size_by_default() -> None:
    assert InputGeometry(size_px=224).smallest_decoded_side_px == 448
    assert InputGeometry(size_px=224, smallest_decoded_side_px=300).smallest_decoded_side_px == 300


@pytest.mark.parametrize(
    ("width", "height", "letterbox", "decoded"),
    [
        (1152, 864, True, (576, 432)),  # of the longer side, which is fitted to 224, twice that is left
        (1152, 864, False, (1152, 864)),  # both sides are fitted, and of the shorter one too little would be left
        (864, 1152, True, (432, 576)),
        (890, 600, True, (890, 600)),
        (4000, 3000, True, (500, 375)),
        (4000, 3000, False, (1000, 750)),
        (8000, 100, True, (1000, 13)),
    ],
)
def test_a_jpeg_is_decoded_as_small_as_the_side_that_is_fitted_allows(
    width: int, height: int, letterbox: bool, decoded: tuple[int, int]
) -> None:
    data = encode(np.full((height, width, 3), 90, np.uint8), "JPEG")
    photo = open_for_input(data, InputGeometry(size_px=224, letterbox=letterbox))
    assert photo.image.size == decoded
    assert (photo.width_px, photo.height_px) == (width, height)


def test_a_geometry_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigError, match="16 to 2048"):
        InputGeometry(size_px=8)
    with pytest.raises(ConfigError, match="smaller than the network sees"):
        InputGeometry(size_px=224, smallest_decoded_side_px=100)
    with pytest.raises(ConfigError, match="bicubic"):
        InputGeometry(size_px=224, filter="nearest")  # type: ignore[arg-type]


@pytest.mark.parametrize("size_px", [16, 64, 100])
def test_the_shared_reduction_gives_what_pillow_gives_alone(size_px: int) -> None:
    photo = photo_of(smooth_pixels(501, 333))
    inner = size_px, max(1, round(333 * size_px / 501))
    expected = photo.image.resize(inner, Image.Resampling.BICUBIC, reducing_gap=2.0)
    photo.shrunk(32)  # as another user of the same photo does
    top = (size_px - inner[1]) // 2
    tile = to_input(photo, InputGeometry(size_px=size_px)).pixels[0]
    assert (tile[top : top + inner[1]] == np.asarray(expected)).all()
