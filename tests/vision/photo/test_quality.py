import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.builders.photos import encode
from vision.photo.decode import Photo, open_photo
from vision.photo.quality import QUALITY_MESSAGES, assess_quality, measure_sharpness


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


def scaled(image: Image.Image, share: float) -> Image.Image:
    return Image.fromarray((np.asarray(image) * share).astype(np.uint8))


def test_an_ordinary_photo_has_no_issue() -> None:
    assert assess_quality(photo_of(scene())) == ()


def test_a_blurred_photo_is_found() -> None:
    assert assess_quality(photo_of(scene().filter(ImageFilter.GaussianBlur(9)))) == ("blurred",)


def test_a_slightly_soft_photo_is_not_called_blurred() -> None:
    assert assess_quality(photo_of(scene().filter(ImageFilter.GaussianBlur(1.5)))) == ()


@pytest.mark.parametrize("side", [40, 60, 100, 300])
def test_a_small_product_before_a_plain_wall_is_sharp(side: int) -> None:
    wall = np.full((480, 640, 3), 200, np.uint8)
    wall[100 : 100 + side, 150 : 150 + side] = 60
    sharp = Image.fromarray(wall).filter(ImageFilter.GaussianBlur(0.7))
    assert assess_quality(photo_of(sharp)) == ()


@pytest.mark.parametrize("side", [60, 100, 300])
def test_a_blurred_product_before_a_plain_wall_is_blurred(side: int) -> None:
    wall = np.full((480, 640, 3), 200, np.uint8)
    wall[100 : 100 + side, 150 : 150 + side] = 60
    assert assess_quality(photo_of(Image.fromarray(wall).filter(ImageFilter.GaussianBlur(9)))) == ("blurred",)


def test_a_photo_of_nothing_counts_as_blurred_in_spite_of_its_noise() -> None:
    noise = np.random.default_rng(0).normal(128, 2, (480, 640, 3)).astype(np.uint8)
    assert assess_quality(photo_of(noise)) == ("blurred",)


def test_a_dark_photo_is_found() -> None:
    assert assess_quality(photo_of(scaled(scene(), 0.15))) == ("too_dark",)
    assert assess_quality(photo_of(scaled(scene(), 0.5))) == ()


def test_a_washed_out_photo_is_found() -> None:
    washed = Image.fromarray((255 - (255 - np.asarray(scene()).astype(int)) * 0.15).astype(np.uint8))
    assert assess_quality(photo_of(washed)) == ("too_bright",)


def test_a_product_cut_out_on_white_or_black_is_neither_too_bright_nor_too_dark() -> None:
    for ground in (0, 255):
        pixels = np.full((480, 640, 3), ground, np.uint8)
        pixels[150:300, 200:400] = np.asarray(scene(200, 150))
        assert assess_quality(photo_of(pixels)) == ()


def test_a_thumbnail_is_too_small() -> None:
    assert assess_quality(photo_of(scene(159, 120))) == ("too_small",)
    assert assess_quality(photo_of(scene(160, 120))) == ()


def test_the_issues_do_not_depend_on_the_size_of_the_upload() -> None:
    for image in (scene(1280, 960), scene(1280, 960).filter(ImageFilter.GaussianBlur(18))):
        issues = {assess_quality(photo_of(image.resize(size))) for size in [(1280, 960), (640, 480), (320, 240)]}
        assert len(issues) == 1


def test_a_reduced_decode_is_measured_as_the_photo_that_was_uploaded() -> None:
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


def test_a_very_thin_photo_is_measured_without_failing() -> None:
    assert isinstance(assess_quality(photo_of(scene(4000, 32))), tuple)


def test_every_issue_has_a_message_that_says_what_to_do() -> None:
    assert set(QUALITY_MESSAGES) == {"too_small", "blurred", "too_dark", "too_bright"}
    assert all(message.count(".") == 2 for message in QUALITY_MESSAGES.values())
