from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.builders.photos import encode
from vision.inputs import InputGeometry, to_input
from vision.photo.decode import Photo, open_photo
from vision.photo.quality import (
    QUALITY_MESSAGES,
    QualityIssue,
    QualityMeasures,
    measure_input,
    measure_quality,
    measure_sharpness,
    quality_issues,
    quality_message,
)


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """Hard-edged shapes before a soft background."""
    random = np.random.default_rng(3)
    coarse = random.integers(40, 215, (4, 5, 3), dtype=np.uint8)
    pixels = np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    for _ in range(25):
        x, y = random.random() * 0.8 * width, random.random() * 0.8 * height
        pixels[int(y) : int(y + height / 12), int(x) : int(x + width / 9)] = random.integers(0, 255, 3)
    return Image.fromarray(pixels)


def photo_of(image: Image.Image | NDArray[np.uint8]) -> Photo:
    return open_photo(encode(image))


def measured(photo: Photo, foreground: NDArray[np.float32] | None = None, size_px: int = 224) -> QualityMeasures:
    """The measures on the network's input, where a bundle of format 2 reads them."""
    tiles = to_input(photo, InputGeometry(size_px=size_px))
    x0, y0, x1, y1 = tiles.boxes[0].tolist()
    return measure_input(photo, tiles.pixels[0], (x0, y0, x1, y1), foreground)


Assess = Callable[[Photo], tuple[QualityIssue, ...]]


@pytest.fixture(params=["whole", 64, 224, 320])
def assess_quality(request: pytest.FixtureRequest) -> Assess:
    """The issues by each measure: on a copy of the photo, and on inputs of these sides."""
    if request.param == "whole":
        return lambda photo: quality_issues(measure_quality(photo))
    return lambda photo: quality_issues(measured(photo, size_px=request.param))


def scaled(image: Image.Image, share: float) -> Image.Image:
    return Image.fromarray((np.asarray(image) * share).astype(np.uint8))


def test_an_ordinary_photo_has_no_issue(assess_quality: Assess) -> None:
    assert assess_quality(photo_of(scene())) == ()


def test_a_blurred_photo_is_found(assess_quality: Assess) -> None:
    assert assess_quality(photo_of(scene().filter(ImageFilter.GaussianBlur(9)))) == ("blurred",)


def test_a_slightly_soft_photo_is_not_called_blurred(assess_quality: Assess) -> None:
    assert assess_quality(photo_of(scene().filter(ImageFilter.GaussianBlur(1.5)))) == ()


@pytest.mark.parametrize("side", [40, 60, 100, 300])
def test_a_small_product_before_a_plain_wall_is_sharp(assess_quality: Assess, side: int) -> None:
    wall = np.full((480, 640, 3), 200, np.uint8)
    wall[100 : 100 + side, 150 : 150 + side] = 60
    sharp = Image.fromarray(wall).filter(ImageFilter.GaussianBlur(0.7))
    assert assess_quality(photo_of(sharp)) == ()


@pytest.mark.parametrize("side", [60, 100, 300])
def test_a_blurred_product_before_a_plain_wall_is_blurred(assess_quality: Assess, side: int) -> None:
    wall = np.full((480, 640, 3), 200, np.uint8)
    wall[100 : 100 + side, 150 : 150 + side] = 60
    assert assess_quality(photo_of(Image.fromarray(wall).filter(ImageFilter.GaussianBlur(9)))) == ("blurred",)


def test_a_photo_of_nothing_counts_as_blurred_in_spite_of_its_noise(assess_quality: Assess) -> None:
    noise = np.random.default_rng(0).normal(128, 2, (480, 640, 3)).astype(np.uint8)
    assert assess_quality(photo_of(noise)) == ("blurred",)


def test_a_dark_photo_is_found(assess_quality: Assess) -> None:
    assert assess_quality(photo_of(scaled(scene(), 0.15))) == ("too_dark",)
    assert assess_quality(photo_of(scaled(scene(), 0.5))) == ()


def test_a_washed_out_photo_is_found(assess_quality: Assess) -> None:
    washed = Image.fromarray((255 - (255 - np.asarray(scene()).astype(int)) * 0.15).astype(np.uint8))
    assert assess_quality(photo_of(washed)) == ("too_bright",)


def test_a_product_cut_out_on_white_or_black_is_neither_too_bright_nor_too_dark(assess_quality: Assess) -> None:
    for ground in (0, 255):
        pixels = np.full((480, 640, 3), ground, np.uint8)
        pixels[150:300, 200:400] = np.asarray(scene(200, 150))
        assert assess_quality(photo_of(pixels)) == ()


def test_a_thumbnail_is_too_small(assess_quality: Assess) -> None:
    assert assess_quality(photo_of(scene(159, 120))) == ("too_small",)
    assert assess_quality(photo_of(scene(160, 120))) == ()


def test_the_issues_do_not_depend_on_the_size_of_the_upload(assess_quality: Assess) -> None:
    for image in (scene(1280, 960), scene(1280, 960).filter(ImageFilter.GaussianBlur(18))):
        issues = {assess_quality(photo_of(image.resize(size))) for size in [(1280, 960), (640, 480), (320, 240)]}
        assert len(issues) == 1


def test_a_reduced_decode_is_measured_as_the_photo_that_was_uploaded(assess_quality: Assess) -> None:
    data = encode(scene(1280, 960), "JPEG", quality=90)
    assert assess_quality(open_photo(data, smallest_side_px=100)) == ()


def test_sharpness_is_one_for_hard_edges_and_falls_with_blur() -> None:
    stripes = np.zeros((192, 256), np.uint8)
    stripes[:, 64:128] = 200
    hard = Image.fromarray(stripes)
    values = [measure_sharpness(hard.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 1, 2, 4)]
    assert values[0] == 1.0
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.25


def test_a_very_thin_photo_is_measured_without_failing(assess_quality: Assess) -> None:
    assert isinstance(assess_quality(photo_of(scene(4000, 32))), tuple)


# --- where the product is


def square(low: int, high: int, side: int = 7, value: float = 1.0) -> NDArray[np.float32]:
    """A foreground of some rows and columns."""
    found = np.zeros((side, side), np.float32)
    found[low:high, low:high] = value
    return found


def test_a_blurred_product_before_a_sharp_background_is_found() -> None:
    sharp, blurred = scene(640, 640), scene(640, 640).filter(ImageFilter.GaussianBlur(9))
    sharp.paste(blurred.crop((183, 183, 457, 457)), (183, 183))  # places 2 to 4
    assert quality_issues(measured(photo_of(sharp))) == ()
    assert quality_issues(measured(photo_of(sharp), square(2, 5))) == ("blurred",)


def test_a_sharp_product_before_a_blurred_background_is_no_blurred_photo() -> None:
    sharp, blurred = scene(640, 640), scene(640, 640).filter(ImageFilter.GaussianBlur(9))
    blurred.paste(sharp.crop((183, 183, 457, 457)), (183, 183))
    assert quality_issues(measured(photo_of(blurred), square(2, 5))) == ()


def test_a_product_in_the_dark_of_a_bright_photo_is_found() -> None:
    pixels = np.asarray(scene(640, 640)).copy()
    pixels[183:457, 183:457] = pixels[183:457, 183:457] * 0.15
    assert quality_issues(measured(photo_of(pixels), square(2, 5))) == ("too_dark",)


def test_the_products_share_is_of_the_photo_and_not_of_the_letterbox() -> None:
    wide = photo_of(scene(640, 320))  # the photo lies in the middle half of the rows
    whole = np.ones((8, 8), np.float32)
    assert measured(wide, whole, size_px=256).product_share == pytest.approx(1)
    assert measured(wide, square(3, 5, side=8), size_px=256).product_share == pytest.approx(4 / 32)
    halves = measured(wide, square(3, 5, side=8, value=0.5), size_px=256)
    assert halves.product_share == pytest.approx(2 / 32)
    assert halves.foreground_peak == 0.5


def test_what_the_letterbox_shows_is_no_product() -> None:
    grey = np.zeros((8, 8), np.float32)
    grey[0] = 1
    measures = measured(photo_of(scene(640, 320)), grey, size_px=256)
    assert (measures.product_share, measures.foreground_peak) == (0.0, 0.0)
    assert quality_issues(measures) == ("product_not_found",)


def test_a_photo_without_product_is_not_small_too_and_a_small_one_is_named() -> None:
    photo = photo_of(scene(640, 640))
    assert quality_issues(measured(photo, square(0, 7, value=0.02))) == ("product_not_found",)
    assert quality_issues(measured(photo, square(3, 4))) == ("product_small",)
    assert quality_issues(measured(photo, square(2, 5))) == ()


@pytest.mark.parametrize(
    ("share", "words"), [(0.124, "fills 12 % of"), (0.004, "fills less than 1 % of"), (0, "less than")]
)
def test_the_message_of_a_small_product_has_its_true_share(share: float, words: str) -> None:
    measures = replace(measured(photo_of(scene())), product_share=share)
    assert words in quality_message("product_small", measures)


def test_every_issue_has_a_message_that_says_what_to_do() -> None:
    assert set(QUALITY_MESSAGES) == set(get_args(QualityIssue))
    assert all(message.count(".") == 2 for message in QUALITY_MESSAGES.values())
