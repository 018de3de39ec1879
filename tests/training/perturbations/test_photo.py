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
from training.perturbations.product import leaves_background, paint_out, swap_background

BOX = (0.25, 0.25, 0.75, 0.75)


def photo(width: int = 120, height: int = 80, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def flat(*colour: int, width: int = 100, height: int = 100) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.code)
def test_a_change_makes_the_same_bytes_twice_and_leaves_the_photo_alone(change: Change) -> None:
    subject = Subject(photo=photo(), box=BOX, backdrop=photo(seed=1))
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


def test_a_painted_out_product_leaves_no_trace_on_a_plain_wall() -> None:
    scene = flat(200, 180, 160)
    scene.paste((10, 20, 200), (25, 25, 75, 75))
    painted = np.asarray(paint_out(scene, BOX)).astype(int)
    assert np.abs(painted - [200, 180, 160]).max() <= 1


def test_paint_goes_over_smoothly_between_two_surroundings_and_touches_nothing_else() -> None:
    pixels = np.full((100, 100, 3), 40, np.uint8)
    pixels[50:] = 200
    scene = Image.fromarray(pixels)
    painted = np.asarray(paint_out(scene, BOX))[..., 0].astype(int)
    down = painted[:, 50]
    assert down[30] < 80 < 160 < down[70]
    assert np.abs(np.diff(down[30:70])).max() < 20, "no edge within the paint"
    outside = np.ones((100, 100), bool)
    outside[23:77, 23:77] = False  # the box and 2 % around it
    assert (painted[outside] == pixels[..., 0][outside]).all()


def test_where_the_box_is_the_whole_photo_nothing_is_known_and_grey_remains() -> None:
    painted = np.asarray(paint_out(photo(), (0.0, 0.0, 1.0, 1.0)))
    assert (painted == 127).all()


def test_a_swapped_background_keeps_every_pixel_of_the_box_and_fades_over_2_percent() -> None:
    swapped = np.asarray(swap_background(flat(200, 0, 0), BOX, flat(0, 0, 100)))
    assert (swapped[25:75, 25:75] == [200, 0, 0]).all()
    assert swapped[50, 24].tolist() == [100, 0, 50]  # one of the two pixels over which it fades
    assert (swapped[:, :23] == [0, 0, 100]).all()


def test_a_box_that_fills_the_photo_has_no_background_to_lend() -> None:
    assert leaves_background(BOX)
    assert leaves_background((0.0, 0.0, 0.9, 1.0))
    assert not leaves_background((0.0, 0.0, 0.95, 1.0))
