"""Masks of products: which pictures mark the product alike, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from training.data.photo_row import PhotoRow
from training.data.product_mask import box_around, box_iou, read_product_mask
from vision.errors import ManifestError

PRODUCT = np.zeros((30, 40), bool)
PRODUCT[5:20, 10:30] = True
GREY = np.where(PRODUCT, 255, 0).astype(np.uint8)


def read(file: Path, width: int = 40, height: int = 30) -> NDArray[np.bool_]:
    row = PhotoRow(
        row=7, photo=file.with_name("p.jpg"), label="genuine", product="dryer", listing="L1", product_mask=file
    )
    return read_product_mask(row, width_px=width, height_px=height)


def message_of(file: Path, width: int = 40, height: int = 30) -> str:
    with pytest.raises(ManifestError) as caught:
        read(file, width, height)
    return caught.value.message


def save(folder: Path, image: Image.Image, kind: str = "PNG") -> Path:
    file = folder / "mask.png"
    image.save(file, kind)
    return file


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_white_is_the_product_in_every_kind_of_png(tmp_path: Path, mode: str) -> None:
    image = (
        Image.fromarray(np.where(PRODUCT, 65_535, 0).astype(np.uint16))
        if mode == "I;16"
        else Image.fromarray(GREY).convert(mode)
    )
    assert image.mode == mode
    mask = read(save(tmp_path, image))
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask, PRODUCT)


def test_what_is_transparent_is_no_product(tmp_path: Path) -> None:
    white = Image.new("L", (40, 30), 255)
    np.testing.assert_array_equal(read(save(tmp_path, Image.merge("LA", (white, Image.fromarray(GREY))))), PRODUCT)


def test_soft_edges_are_product_from_half_on(tmp_path: Path) -> None:
    soft = GREY.copy()
    soft[4], soft[20] = 127, 128
    mask = read(save(tmp_path, Image.fromarray(soft)))
    assert not mask[4].any()
    assert mask[20].all()


def test_another_size_names_the_row_both_sizes_and_what_to_change(tmp_path: Path) -> None:
    message = message_of(save(tmp_path, Image.fromarray(GREY)), 80, 60)
    assert message.startswith("row 7: product_mask mask.png is 40 x 30 pixels and its photo 80 x 60; ")
    assert "in the photo's size" in message


def test_swapped_sides_point_to_the_photos_orientation(tmp_path: Path) -> None:
    assert "EXIF orientation" in message_of(save(tmp_path, Image.fromarray(GREY)), 30, 40)


@pytest.mark.parametrize("value", [0, 1])
def test_a_mask_without_white_says_how_light_it_is(tmp_path: Path, value: int) -> None:
    message = message_of(save(tmp_path, Image.fromarray(np.where(PRODUCT, value, 0).astype(np.uint8))))
    assert f"row 7: product_mask mask.png marks no product: its lightest pixel is {value} of 255" in message
    assert "white (255)" in message


def test_a_file_that_is_no_png_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mask.png"
    file.write_bytes(b"not a picture")
    assert message_of(file).startswith("row 7: product_mask mask.png can't be read as a PNG")
    assert message_of(save(tmp_path, Image.fromarray(GREY), "JPEG")).startswith(
        "row 7: product_mask mask.png can't be read as a PNG"
    )


def test_a_png_that_is_cut_short_is_named(tmp_path: Path) -> None:
    file = save(tmp_path, Image.fromarray(np.random.default_rng(0).integers(0, 255, (30, 40), np.uint8)))
    file.write_bytes(file.read_bytes()[:200])
    assert message_of(file).startswith("row 7: product_mask mask.png can't be read as a PNG")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert message_of(tmp_path / "gone.png").startswith("row 7: product_mask gone.png can't be read")


def test_the_box_around_a_mask_touches_it_on_all_sides() -> None:
    assert box_around(PRODUCT) == (10 / 40, 5 / 30, 30 / 40, 20 / 30)
    assert box_around(np.ones((3, 5), bool)) == (0, 0, 1, 1)


def test_the_iou_of_boxes_is_what_they_share_of_what_they_cover_together() -> None:
    assert box_iou((0, 0, 0.5, 1), (0, 0, 0.5, 1)) == 1
    assert box_iou((0, 0, 0.5, 1), (0.5, 0, 1, 1)) == 0
    assert box_iou((0, 0, 0.5, 0.5), (0.25, 0, 0.75, 0.5)) == pytest.approx(1 / 3)
    assert box_iou((0, 0, 0.2, 0.2), (0.7, 0.7, 0.9, 0.9)) == 0
