"""The tiny bundle's logit is its mean red less its mean blue: what a painted-out part was worth is known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.detection.crop_deletion import (
    delete_crops,
    logit_spreads,
    measure_deletion,
    own_deletion,
    random_boxes,
)
from tests.builders.bundle import write_tiny_bundle
from training.data.photo_row import PhotoRow
from vision.detector import Detector

CORNER = (slice(0, 60), slice(0, 60))  # two of eight places a side: one crop


def row_of(folder: Path, name: str, listing: str, corner: tuple[int, int, int]) -> PhotoRow:
    """Grey noise with one coloured corner, which alone makes the verdict."""
    scene = np.random.default_rng(0).integers(100, 150, (240, 240, 1)).repeat(3, axis=2)
    scene[CORNER] = corner
    Image.fromarray(scene.astype(np.uint8)).save(folder / name)
    return PhotoRow(
        row=1, photo=folder / name, label="counterfeit", product="toy", listing=listing, box=(0.3, 0.3, 1.0, 1.0)
    )


@pytest.fixture
def detectors(tmp_path: Path) -> tuple[Detector, Detector]:
    """One that knows the colours, and one that takes red for counterfeit, as an untrained network might."""
    trained = write_tiny_bundle(tmp_path / "a", bias=0.0, counterfeit_below=-0.5, genuine_above=0.5)
    untrained = write_tiny_bundle(tmp_path / "b", bias=0.0, slope=-20.0)
    return Detector(trained), Detector(untrained)


def test_painting_out_what_made_the_verdict_undoes_it(detectors: tuple[Detector, Detector], tmp_path: Path) -> None:
    rows = [row_of(tmp_path, "blue.png", "L0", (60, 60, 200))]
    found = delete_crops(*detectors, rows, seed=0)
    assert found is not None
    assert found.outcome == "counterfeit"
    (photo,) = found.photos
    worth = 20 * (60 * 60) / (240 * 240) * 140 / 255
    assert photo.logit == pytest.approx(-worth, abs=0.05)
    assert photo.moved["crops"] == pytest.approx(worth, abs=0.05)  # the fill is grey, since the rest is
    assert photo.moved["on_product"] < 0.5 * worth, "the product's box leaves the corner out"
    assert found.changed["crops"]


def test_a_genuine_verdict_moves_the_other_way(detectors: tuple[Detector, Detector], tmp_path: Path) -> None:
    found = delete_crops(*detectors, [row_of(tmp_path, "red.png", "L0", (200, 60, 60))], seed=0)
    assert found is not None
    assert found.outcome == "genuine"
    assert found.photos[0].moved["crops"] > 0.6


def test_a_listing_for_review_or_without_a_readable_photo_is_skipped(
    detectors: tuple[Detector, Detector], tmp_path: Path
) -> None:
    assert delete_crops(*detectors, [row_of(tmp_path, "grey.png", "L0", (120, 120, 120))], seed=0) is None
    bad = row_of(tmp_path, "bad.png", "L1", (0, 0, 0))
    bad.photo.write_bytes(b"no photo")
    assert delete_crops(*detectors, [bad], seed=0) is None


def test_figures_are_paired_and_in_standard_deviations(detectors: tuple[Detector, Detector], tmp_path: Path) -> None:
    colours = ((60, 60, 200), (60, 60, 180))
    found = [
        one
        for n, colour in enumerate(colours)
        if (one := delete_crops(*detectors, [row_of(tmp_path, f"{n}.png", f"L{n}", colour)], seed=0))
    ]
    assert len(found) == 2
    spread, own_spread = logit_spreads(found)
    logits = [one.photos[0].logit for one in found]
    assert spread == pytest.approx(abs(logits[0] - logits[1]) / 2)
    figures = measure_deletion(found, 2.0)
    moved = [one.photos[0].moved for one in found]
    assert figures["crops"].moved.value == pytest.approx(np.mean([m["crops"] for m in moved]) / 2)
    assert figures["anywhere"].moved_difference.value == pytest.approx(
        np.mean([m["crops"] - m["anywhere"] for m in moved]) / 2
    )
    assert figures["crops"].moved_difference.value == 0
    assert figures["crops"].changed.value == 1.0
    own, difference = own_deletion(found, own_spread)
    assert np.isfinite([own.value, difference.value]).all()


def test_random_boxes_keep_their_size_their_place_and_their_distance() -> None:
    rng = np.random.default_rng(0)
    boxes = [(0.0, 0.0, 0.3, 0.3), (0.3, 0.0, 0.6, 0.3), (0.0, 0.5, 0.2, 0.9)]
    for _ in range(50):
        placed = random_boxes(boxes, (0.0, 0.0, 1.0, 1.0), rng)
        for box, found in zip(boxes, placed, strict=True):
            assert found[2] - found[0] == pytest.approx(box[2] - box[0])
            assert found[3] - found[1] == pytest.approx(box[3] - box[1])
            assert min(found) >= -1e-9
            assert max(found) <= 1 + 1e-9
        apart = [
            a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
            for i, a in enumerate(placed)
            for b in placed[i + 1 :]
        ]
        assert all(apart)
    (inside,) = random_boxes([(0, 0, 0.2, 0.2)], (0.7, 0.7, 0.9, 0.9), rng)
    assert 0.7 <= (inside[0] + inside[2]) / 2 <= 0.9
