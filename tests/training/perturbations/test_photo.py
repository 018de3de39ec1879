"""Changes on photos of a few pixels, where what must come out is worked by hand."""

import io

import numpy as np
import pytest
from PIL import Image

from training.perturbations.photo import (
    CHANGES,
    HALF_SIZE,
    JPEG_50,
    Change,
    Subject,
    brighten,
    crop_outside,
    halve,
    halve_and_restore,
    screenshot,
    watermark,
)
from training.perturbations.place import ProductPlace

BOX = (0.25, 0.25, 0.75, 0.75)


def photo(width: int = 120, height: int = 80, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def flat(*colour: int, width: int = 100, height: int = 100) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.code)
def test_a_change_makes_the_same_bytes_twice_and_leaves_the_photo_alone(change: Change) -> None:
    subject = Subject(photo=photo(), place=ProductPlace(box=BOX), backdrop=photo(seed=1))
    before = subject.photo.tobytes()
    assert change.send(subject) == change.send(subject)
    assert subject.photo.tobytes() == before


def test_every_change_has_a_code_of_its_own() -> None:
    assert len({change.code for change in CHANGES}) == len(CHANGES) == 13


def test_jpeg_50_is_sent_with_the_tables_of_quality_50_and_the_others_with_those_of_95() -> None:
    expected = {}
    for quality in (50, 95):
        stream = io.BytesIO()
        photo().save(stream, "JPEG", quality=quality)
        expected[quality] = Image.open(stream).quantization  # type: ignore[attr-defined]
    subject = Subject(photo=photo())
    assert Image.open(io.BytesIO(JPEG_50.send(subject))).quantization == expected[50]  # type: ignore[attr-defined]
    assert Image.open(io.BytesIO(HALF_SIZE.send(subject))).quantization == expected[95]  # type: ignore[attr-defined]


def test_half_size_halves_both_sides_and_back_restores_them_without_the_detail() -> None:
    assert halve(photo(121, 80)).size == (60, 40)
    restored = halve_and_restore(photo())
    assert restored.size == (120, 80)
    assert np.asarray(restored).std() < 0.8 * np.asarray(photo()).std()


def test_brightness_multiplies_every_value_and_clips_at_white() -> None:
    assert brighten(flat(100, 200, 0), 0.7).getpixel((0, 0)) == (70, 140, 0)
    assert brighten(flat(100, 200, 0), 1.3).getpixel((0, 0)) == (130, 255, 0)


def test_a_crop_leaves_the_inner_four_fifths_of_each_side() -> None:
    cropped = crop_outside(photo())
    assert cropped.size == (96, 64)
    assert cropped.getpixel((0, 0)) == photo().getpixel((12, 8))


def test_a_watermark_lightens_and_edges_some_of_a_grey_photo_and_leaves_its_size() -> None:
    pixels = np.asarray(watermark(flat(120, 120, 120, width=300, height=200)))
    assert pixels.shape == (200, 300, 3)
    touched = (pixels != 120).any(axis=-1)
    assert 0.02 < touched.mean() < 0.3
    assert touched[:100, 150:].any()
    assert touched[100:, :150].any()
    assert pixels.max() > 190


def test_a_screenshot_holds_the_photo_untouched_within_a_border() -> None:
    page = screenshot(photo())
    assert page.size == (120 + 2 * 4, 80 + 3 * 4 + 4 * 4)  # a unit of 120 / 30 = 4 px
    assert page.crop((4, 12, 124, 92)).tobytes() == photo().tobytes()
    assert np.asarray(page)[:12].min() < 60, "the status bar has dark letters"
