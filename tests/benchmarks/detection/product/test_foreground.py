"""Whether a bundle finds the product: the measure by hand, and the command on a bundle without a foreground."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmarks.detection.product import foreground
from benchmarks.detection.product.foreground import found_product, measure
from tests.benchmarks.detection.test_pointing import write_marked_photos
from tests.builders.bundle import write_tiny_bundle
from training.data.photo_row import PhotoRow
from vision.verdict import Evidence

WHOLE = (0.0, 0.0, 1.0, 1.0)


def square_map() -> NDArray[np.float32]:
    """8 × 8 places with 1 in the middle 4 × 4."""
    values = np.zeros((8, 8), np.float32)
    values[2:6, 2:6] = 1
    return values


def evidence_of(values: NDArray[np.float32], box: tuple[float, float, float, float] = WHOLE) -> Evidence:
    return Evidence(values=values, box=box, foreground=values)


def row_of(folder: Path, **known: object) -> PhotoRow:
    row = PhotoRow(row=2, photo=folder / "p.png", label="genuine", product="p", listing="L")
    return replace(row, **known)  # type: ignore[arg-type]


def test_the_found_product_ends_halfway_between_places_in_and_out_of_it() -> None:
    found = found_product(square_map(), WHOLE)
    assert found.shape == (128, 128)
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == (32, 96, 32, 96)


def test_a_peak_of_less_than_one_finds_the_same() -> None:
    np.testing.assert_array_equal(
        found_product(np.float32(0.3) * square_map(), WHOLE), found_product(square_map(), WHOLE)
    )


def test_of_a_letterboxed_map_the_photos_part_counts() -> None:
    found = found_product(square_map(), (0.0, -0.5, 1.0, 1.5))  # the photo is the middle four rows
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == (0, 128, 32, 96)


def test_a_product_that_fills_the_map_reaches_its_edges() -> None:
    assert found_product(np.ones((4, 4), np.float32), WHOLE).all()


def test_figures_of_a_box(tmp_path: Path) -> None:
    photo = measure(evidence_of(square_map()), row_of(tmp_path, box=(0.25, 0.25, 1.0, 0.75)))
    assert photo is not None
    assert photo.box_iou == pytest.approx(2 / 3)
    assert np.isnan(photo.mask_iou)
    assert photo.covered == pytest.approx(2 / 3, abs=0.02)  # of the found square, its rounded corners are missing
    assert photo.within == 1
    assert (photo.evidence, photo.even) == (1, 24 / 64)
    assert photo.is_below_half == 0


def test_figures_of_a_mask(tmp_path: Path) -> None:
    mask = np.zeros((64, 64), bool)
    mask[16:48, 16:32] = True
    Image.fromarray(mask).save(tmp_path / "mask.png")
    photo = measure(evidence_of(square_map()), row_of(tmp_path, product_mask=tmp_path / "mask.png"))
    assert photo is not None
    assert photo.box_iou == pytest.approx(1 / 2)
    assert photo.mask_iou == pytest.approx(1 / 2, abs=0.02)
    assert photo.covered == pytest.approx(1, abs=0.03)
    assert photo.within == pytest.approx(1 / 2, abs=0.01)
    assert (photo.evidence, photo.even) == (0.5, 8 / 64)


def test_crops_count_by_whether_their_centre_lies_on_the_product(tmp_path: Path) -> None:
    values = np.zeros((8, 8), np.float32)
    values[2:4, 2:4] = values[6:8, 6:8] = -2  # two crops of 2 × 2 places, with centres at 3/8 and 7/8
    evidence = Evidence(values=values, box=WHOLE, foreground=np.ones((8, 8), np.float32))
    photo = measure(evidence, row_of(tmp_path, box=(0.25, 0.25, 0.75, 0.75)))
    assert photo is not None
    assert photo.crops == 0.5
    genuine = measure(evidence_of(square_map()), row_of(tmp_path, box=WHOLE))
    assert genuine is not None
    assert np.isnan(genuine.crops)  # nothing in it speaks for a counterfeit


def test_a_map_of_zeros_finds_nothing(tmp_path: Path) -> None:
    photo = measure(evidence_of(np.zeros((8, 8), np.float32)), row_of(tmp_path, box=WHOLE))
    assert photo is not None
    assert (photo.box_iou, photo.covered, photo.within, photo.is_below_half) == (0, 0, 0, 1)


def test_a_bundle_without_a_foreground_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = write_marked_photos(tmp_path)
    monkeypatch.setattr(sys, "argv", ["foreground", str(tmp_path / "bundle"), str(manifest)])
    with pytest.raises(SystemExit, match="has no foreground"):
        foreground.main()
