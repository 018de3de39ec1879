"""A photo without its product, and a product before another background, on flat colours."""

import numpy as np
from PIL import Image

from training.perturbations.place import ProductPlace
from training.perturbations.product import leaves_background, paint_out, swap_background

BOX = (0.25, 0.25, 0.75, 0.75)


def flat(*colour: int) -> Image.Image:
    return Image.new("RGB", (100, 100), colour)


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
    painted = np.asarray(paint_out(flat(9, 99, 199), (0.0, 0.0, 1.0, 1.0)))
    assert (painted == 127).all()


def test_a_swapped_background_keeps_every_pixel_of_the_box_and_fades_over_2_percent() -> None:
    swapped = np.asarray(swap_background(flat(200, 0, 0), ProductPlace(box=BOX), flat(0, 0, 100)))
    assert (swapped[25:75, 25:75] == [200, 0, 0]).all()
    assert swapped[50, 24].tolist() == [100, 0, 50]  # one of the two pixels over which it fades
    assert (swapped[:, :23] == [0, 0, 100]).all()


def test_with_a_mask_the_product_alone_is_kept_and_the_rest_of_its_box_is_swapped() -> None:
    mask = np.zeros((100, 100), bool)
    mask[25:75, 25:50] = True  # the left half of the box
    swapped = np.asarray(swap_background(flat(200, 0, 0), ProductPlace(box=BOX, mask=mask), flat(0, 0, 100)))
    assert (swapped[28:72, 28:47] == [200, 0, 0]).all()
    assert (swapped[:, 53:] == [0, 0, 100]).all(), "inside the box, but not the product"
    assert (swapped[:, :22] == [0, 0, 100]).all()


def test_a_box_that_fills_the_photo_has_no_background_to_lend() -> None:
    assert leaves_background(BOX)
    assert leaves_background((0.0, 0.0, 0.9, 1.0))
    assert not leaves_background((0.0, 0.0, 0.95, 1.0))
