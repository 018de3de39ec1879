"""Where a manifest says that a product is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.photo_row import Box, PhotoRow
from training.perturbations.place import find_box, find_place, is_placed, product_from
from vision.errors import ManifestError

BOX = (0.1, 0.2, 0.3, 0.4)


def row(folder: Path, *, box: Box | None = None, mask: np.ndarray | None = None) -> PhotoRow:
    path = folder / "mask.png"
    if mask is not None:
        Image.fromarray((255 * mask).astype(np.uint8)).save(path)
    return PhotoRow(
        row=2,
        photo=folder / "photo.jpg",
        label="genuine",
        product="toy",
        listing="L",
        box=box,
        product_mask=None if mask is None else path,
    )


def corner() -> np.ndarray:
    """bool [40, 80]: the upper left quarter."""
    mask = np.zeros((40, 80), bool)
    mask[:20, :40] = True
    return mask


def test_a_row_without_box_and_mask_says_nothing(tmp_path: Path) -> None:
    bare = row(tmp_path)
    assert (is_placed(bare), find_place(bare), find_box(bare)) == (False, None, None)


def test_a_box_is_the_place(tmp_path: Path) -> None:
    place = find_place(row(tmp_path, box=BOX), (80, 40))
    assert place is not None
    assert (place.box, place.mask) == (BOX, None)


def test_the_bounds_of_a_mask_are_its_box_where_there_is_none(tmp_path: Path) -> None:
    masked = row(tmp_path, mask=corner())
    assert is_placed(masked)
    assert find_box(masked) == (0.0, 0.0, 0.5, 0.5)
    assert find_box(row(tmp_path, box=BOX, mask=corner())) == BOX


def test_a_mask_comes_at_the_size_of_the_decoded_photo(tmp_path: Path) -> None:
    place = find_place(row(tmp_path, mask=corner()), (40, 20))
    assert place is not None
    assert place.mask is not None
    assert place.mask.shape == (20, 40)
    assert place.mask[:10, :20].all()
    assert place.mask.sum() == 200


def test_a_mask_of_another_shape_than_its_photo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"row 2: product_mask mask\.png"):
        find_place(row(tmp_path, mask=corner()), (40, 80))


def test_rows_say_what_tells_where_the_product_is(tmp_path: Path) -> None:
    boxed, masked = row(tmp_path, box=BOX), row(tmp_path, mask=corner())
    assert [product_from(rows) for rows in ([boxed], [masked], [boxed, masked])] == ["box", "mask", "mask_and_box"]
