from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.audit.photo_facts import read_facts
from training.audit.shortcuts import background_baseline, shortcut_baseline
from training.data.manifest import Manifest, PhotoRow
from training.errors import SplitError

BOX = (0.25, 0.25, 0.75, 0.75)


def photo(rng: np.random.Generator, *, backdrop: tuple[int, int, int], product: tuple[int, int, int]) -> Image.Image:
    pixels = np.empty((64, 64, 3))
    pixels[:] = backdrop
    pixels[16:48, 16:48] = product
    return Image.fromarray(np.clip(pixels + rng.normal(0, 20, pixels.shape), 0, 255).astype(np.uint8))


def manifest_of(folder: Path, *, backdrop_differs: bool, quality_differs: bool = False, listings: int = 40) -> Manifest:
    """Two photos a listing; the product's colour always differs by label, the backdrop and the file only on request."""
    rng = np.random.default_rng(0)
    rows: list[PhotoRow] = []
    for number in range(listings):
        counterfeit = number % 2 == 1
        for view in range(2):
            tint = 40 if backdrop_differs and counterfeit else 0
            image = photo(rng, backdrop=(120 + tint, 120, 120), product=(200, 40, 40) if counterfeit else (40, 40, 200))
            file = folder / f"{number}-{view}.jpg"
            image.save(file, quality=60 if quality_differs and counterfeit else 90)
            row = PhotoRow(row=len(rows) + 2, photo=file, label="genuine", product="p", listing=str(number), box=BOX)
            rows.append(replace(row, label="counterfeit") if counterfeit else row)
    return Manifest(path=folder / "m.csv", rows=tuple(rows), sha256="")


def test_a_backdrop_that_differs_by_label_is_found(tmp_path: Path) -> None:
    baseline = background_baseline(manifest_of(tmp_path, backdrop_differs=True))
    assert baseline.auroc.value > 0.95
    assert baseline.auroc.low > 0.9
    assert (baseline.n_listings, baseline.n_photos) == (40, 80)


def test_the_painted_out_product_is_not_in_the_background_baseline(tmp_path: Path) -> None:
    baseline = background_baseline(manifest_of(tmp_path, backdrop_differs=False))
    assert baseline.auroc.low < 0.5 < baseline.auroc.high


def test_without_a_box_the_ring_along_the_edge_is_the_background(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, backdrop_differs=False)
    bare = replace(manifest, rows=tuple(replace(row, box=None) for row in manifest.rows))
    baseline = background_baseline(bare)
    assert baseline.auroc.low < 0.5 < baseline.auroc.high


def test_the_product_is_in_the_colour_baseline(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, backdrop_differs=False)
    assert shortcut_baseline("colour", manifest, read_facts(manifest.rows)).auroc.value > 0.95


@pytest.mark.parametrize("differs", [True, False])
def test_file_metadata_is_a_shortcut_exactly_when_the_quality_differs(tmp_path: Path, differs: bool) -> None:
    manifest = manifest_of(tmp_path, backdrop_differs=False, quality_differs=differs)
    baseline = shortcut_baseline("file_metadata", manifest, read_facts(manifest.rows))
    assert (baseline.auroc.low > 0.9) == differs


def test_a_product_with_more_counterfeits_is_no_shortcut_by_itself(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows: list[PhotoRow] = []
    for number in range(80):
        product, counterfeit = ("a", number % 4 == 0) if number < 40 else ("b", number % 4 != 0)
        file = tmp_path / f"{number}.jpg"
        photo(rng, backdrop=(90, 90, 90) if product == "a" else (160, 160, 160), product=(99, 9, 9)).save(file)
        row = PhotoRow(row=number, photo=file, label="genuine", product=product, listing=str(number), box=BOX)
        rows.append(replace(row, label="counterfeit") if counterfeit else row)
    baseline = background_baseline(Manifest(path=tmp_path, rows=tuple(rows), sha256=""))
    assert baseline.auroc.low < 0.55, "the backdrop differs by product, and the product is no shortcut"


def test_too_few_listings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SplitError):
        background_baseline(manifest_of(tmp_path, backdrop_differs=True, listings=6))


def test_photos_that_the_product_fills_are_left_out(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, backdrop_differs=True)
    filled = tuple(replace(row, box=(0.0, 0.0, 1.0, 1.0)) if n % 2 else row for n, row in enumerate(manifest.rows))
    baseline = background_baseline(replace(manifest, rows=filled))
    assert (baseline.n_listings, baseline.n_photos) == (40, 40)
