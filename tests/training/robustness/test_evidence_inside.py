"""The share of the evidence on the product, by hand-worked maps."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.perturbations.test_place import row
from training.data.manifest import Manifest
from training.evaluation.predictions import PhotoPrediction
from training.robustness.evidence_inside import measure_evidence_inside, share_inside
from vision.verdict import Evidence


def evidence(*rows: tuple[float, ...], box: tuple[float, float, float, float] = (0, 0, 1, 1)) -> Evidence:
    return Evidence(values=np.array(rows, np.float32), box=box)


def test_both_signs_count_by_their_size(tmp_path: Path) -> None:
    boxed = row(tmp_path, box=(0.0, 0.0, 0.5, 1.0))
    share, even = share_inside(evidence((3, -1), (-3, 1)), boxed)
    assert (share, even) == (0.75, 0.5)


def test_a_place_that_shows_a_tenth_of_the_product_is_inside_and_one_that_shows_less_is_not(tmp_path: Path) -> None:
    quarter = evidence((1, 1, 1, 1))
    assert share_inside(quarter, row(tmp_path, box=(0.0, 0.0, 0.28, 1.0)))[0] == 0.5
    assert share_inside(quarter, row(tmp_path, box=(0.0, 0.0, 0.27, 1.0)))[0] == 0.25


def test_evidence_in_the_letterbox_is_outside(tmp_path: Path) -> None:
    whole = row(tmp_path, box=(0.0, 0.0, 1.0, 1.0))
    wide = evidence((1, 1), (2, 2), (2, 2), (1, 1), box=(0.0, -0.5, 1.0, 1.5))  # the photo fills the middle rows
    assert share_inside(wide, whole)[0] == pytest.approx(2 / 3)


def test_a_mask_is_stricter_than_its_box(tmp_path: Path) -> None:
    mask = np.zeros((40, 40), bool)
    mask[:20, :20] = mask[20:, 20:] = True  # two opposite quarters: the box is the whole photo
    assert share_inside(evidence((1, 2), (3, 4)), row(tmp_path, mask=mask)) == (0.5, 0.5)
    assert share_inside(evidence((1, 2), (3, 4)), row(tmp_path, box=(0.0, 0.0, 1.0, 1.0))) == (1.0, 1.0)


def test_an_empty_map_counts_as_even(tmp_path: Path) -> None:
    assert share_inside(evidence((0, 0)), row(tmp_path, box=(0.0, 0.0, 0.5, 1.0))) == (0.5, 0.5)


def test_photos_without_a_marked_product_or_without_evidence_are_left_out(tmp_path: Path) -> None:
    rows = (row(tmp_path, box=(0.0, 0.0, 0.5, 1.0)), row(tmp_path), row(tmp_path, box=(0.0, 0.0, 1.0, 1.0)))
    manifest = Manifest(path=tmp_path / "m.csv", rows=rows, sha256="0" * 64)
    maps = (evidence((3, 1)), evidence((1, 1)), None)
    photos = [
        PhotoPrediction(row=n, listing=f"L{n}", label="genuine", logit=0, authenticity=0.5, evidence=found)
        for n, found in enumerate(maps)
    ]
    found = measure_evidence_inside(manifest, photos)
    assert found is not None
    assert (found.listings, found.photos, found.share.value, found.if_even) == (1, 1, 0.75, 0.5)
    assert found.product_from == "box"
    assert measure_evidence_inside(manifest, photos[1:]) is None
