"""Targets of the foreground: exact shares of cells, letterboxes, and which source counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.builders.photos import encode, exif_with_orientation, smooth_pixels
from training.data.photo_row import PhotoRow
from training.foreground.targets import Saliency, foreground_target
from vision.errors import ManifestError
from vision.inputs import InputGeometry
from vision.photo.decode import Photo

GEOMETRY = InputGeometry(size_px=64)
STRETCHED = InputGeometry(size_px=64, letterbox=False)


class Left:
    """A teacher that finds the product in the left half of every photo."""

    def saliency(self, photo: Photo) -> Saliency:
        return Saliency(values=np.array([[0.8, 0.2]], np.float32), frame=(0.0, 0.0, 1.0, 1.0))


def row_of(folder: Path, *, width: int = 64, height: int = 64, **known: object) -> PhotoRow:
    photo = folder / "photo.png"
    photo.write_bytes(encode(smooth_pixels(width, height)))
    row = PhotoRow(row=2, photo=photo, label="genuine", product="dryer", listing="L1")
    return replace(row, **known)  # type: ignore[arg-type]


def mask_file(folder: Path, mask: NDArray[np.bool_]) -> Path:
    file = folder / "mask.png"
    Image.fromarray(mask).save(file)
    return file


def test_a_cell_holds_the_share_of_it_that_the_box_covers(tmp_path: Path) -> None:
    target = foreground_target(row_of(tmp_path, box=(0.25, 0.5, 0.875, 1.0)), 4, GEOMETRY, None)
    assert target is not None
    assert target.values.dtype == target.weight.dtype == np.float32
    assert target.values.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0.5], [0, 1, 1, 0.5]]


def test_what_a_box_says_of_its_corners_does_not_count_and_all_of_a_mask_does(tmp_path: Path) -> None:
    target = foreground_target(row_of(tmp_path, box=(0.25, 0.25, 0.75, 0.75)), 16, GEOMETRY, None)
    assert target is not None
    of_box = target.weight[4:12, 4:12]
    corner = [[0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]  # 1 where the centre lies in the ellipse
    assert of_box[:4, :4].tolist() == corner
    assert (of_box == of_box[::-1]).all()
    assert (of_box == of_box[:, ::-1]).all()
    outside = target.values == 0
    assert outside.sum() == 16 * 16 - 8 * 8
    assert (target.weight[outside] == 1).all()
    mask = np.zeros((64, 64), bool)
    mask[16:48, 16:48] = True
    by_mask = foreground_target(row_of(tmp_path, product_mask=mask_file(tmp_path, mask)), 16, GEOMETRY, None)
    assert by_mask is not None
    assert (by_mask.weight == 1).all()


def test_an_estimate_on_the_inputs_own_grid_is_taken_as_it_is(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((4, 4)).astype(np.float32)

    class OfInput:
        def saliency(self, photo: Photo) -> Saliency:
            return Saliency(values=values, frame=(0.0, -0.5, 1.0, 1.5))  # a letterboxed photo twice as wide as high

    target = foreground_target(row_of(tmp_path, width=128, height=64), 4, GEOMETRY, OfInput())
    assert target is not None
    np.testing.assert_allclose(target.values, values, atol=1e-6)


def test_a_cell_holds_the_share_of_it_that_the_mask_covers(tmp_path: Path) -> None:
    mask = np.zeros((64, 64), bool)
    mask[32:, 16:56] = True
    target = foreground_target(row_of(tmp_path, product_mask=mask_file(tmp_path, mask)), 4, GEOMETRY, None)
    assert target is not None
    assert target.values.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0.5], [0, 1, 1, 0.5]]


@pytest.mark.parametrize("geometry", [GEOMETRY, STRETCHED])
def test_a_mask_and_the_box_around_it_give_one_target(tmp_path: Path, geometry: InputGeometry) -> None:
    mask = np.zeros((60, 100), bool)
    mask[15:45, 20:70] = True
    by_mask = foreground_target(
        row_of(tmp_path, width=100, height=60, product_mask=mask_file(tmp_path, mask)), 7, geometry, None
    )
    by_box = foreground_target(row_of(tmp_path, width=100, height=60, box=(0.2, 0.25, 0.7, 0.75)), 7, geometry, None)
    assert by_mask is not None
    assert by_box is not None
    np.testing.assert_allclose(by_mask.values, by_box.values, atol=1e-6)


def test_the_bars_of_a_letterbox_are_no_product(tmp_path: Path) -> None:
    target = foreground_target(row_of(tmp_path, width=100, height=50, box=(0, 0, 1, 1)), 4, GEOMETRY, None)
    assert target is not None
    assert target.values.tolist() == [[0] * 4, [1] * 4, [1] * 4, [0] * 4]


def test_a_stretched_photo_fills_the_input(tmp_path: Path) -> None:
    target = foreground_target(row_of(tmp_path, width=100, height=50, box=(0, 0, 1, 1)), 4, STRETCHED, None)
    assert target is not None
    assert target.values.tolist() == [[1] * 4] * 4


def test_a_turned_photo_takes_the_mask_of_its_upright_picture(tmp_path: Path) -> None:
    row = row_of(tmp_path)
    row = replace(row, photo=tmp_path / "turned.jpg")
    turned = encode(smooth_pixels(100, 50), "JPEG", exif=exif_with_orientation(6))  # shown 50 wide, 100 high
    row.photo.write_bytes(turned)
    mask = np.zeros((100, 50), bool)
    mask[:50] = True
    target = foreground_target(replace(row, product_mask=mask_file(tmp_path, mask)), 4, GEOMETRY, None)
    assert target is not None
    assert target.values.tolist() == [[0, 1, 1, 0], [0, 1, 1, 0], [0] * 4, [0] * 4]
    with pytest.raises(ManifestError, match=r"row 2: product_mask mask.png .*EXIF orientation"):
        foreground_target(replace(row, product_mask=mask_file(tmp_path, mask.T)), 4, GEOMETRY, None)


def test_the_mask_counts_before_the_box_and_the_box_before_the_teacher(tmp_path: Path) -> None:
    mask = np.zeros((64, 64), bool)
    mask[:32] = True
    row = row_of(tmp_path, box=(0, 0.5, 1, 1), product_mask=mask_file(tmp_path, mask))

    def found(row: PhotoRow, source: str = "auto") -> list[list[float]] | None:
        target = foreground_target(row, 2, GEOMETRY, Left(), source)  # type: ignore[arg-type]
        return None if target is None else target.values.round(4).tolist()

    by_mask, by_box = [[1, 1], [0, 0]], [[0, 0], [1, 1]]
    by_teacher = np.array([[0.8, 0.2]] * 2, np.float32).round(4).tolist()
    assert found(row) == found(row, "mask") == by_mask
    assert found(replace(row, product_mask=None)) == found(row, "box") == by_box
    assert found(replace(row, product_mask=None, box=None)) == found(row, "saliency") == by_teacher
    assert found(row, "none") is None
    assert found(replace(row, product_mask=None), "mask") is None


def test_a_photo_of_which_nothing_is_known_has_no_target_and_is_not_read(tmp_path: Path) -> None:
    row = replace(row_of(tmp_path), photo=tmp_path / "missing.jpg")
    assert foreground_target(row, 4, GEOMETRY, None) is None
