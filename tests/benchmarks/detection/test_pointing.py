"""The pointing game as a command, on photos whose cue is their only blue corner."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.detection import pointing
from tests.builders.bundle import write_tiny_bundle


def write_marked_photos(folder: Path, *, masks: bool = True) -> Path:
    """Three counterfeit listings of one grey photo with a blue corner, which the mask marks."""
    with (folder / "manifest.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("photo", "label", "product", "listing", "mask", "box_x0", "box_y0", "box_x1", "box_y1"))
        for n in range(3):
            scene = np.random.default_rng(n).integers(100, 150, (240, 240, 1)).repeat(3, axis=2)
            scene[:60, :60] = (60, 60, 200)
            Image.fromarray(scene.astype(np.uint8)).save(folder / f"{n}.png")
            mask = np.zeros((240, 240), np.uint8)
            mask[:60, :60] = 1
            Image.fromarray(mask).save(folder / f"{n}-mask.png")
            name = f"{n}-mask.png" if masks else ""
            writer.writerow((f"{n}.png", "counterfeit", "toy", f"L{n}", name, 0, 0, 1, 1))
    return folder / "manifest.csv"


def test_evidence_points_at_the_only_cue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = write_marked_photos(tmp_path)
    monkeypatch.setattr(sys, "argv", ["pointing", str(tmp_path / "bundle"), str(manifest), "--networks", "2"])
    pointing.main()
    trained, untrained = capsys.readouterr().out.split("random weights: ")
    assert "trained: 3 photos of 3 listings" in trained
    assert "all cues (3): hit 1.000 [1.000, 1.000]" in trained
    assert untrained.startswith("3 photos of 3 listings")


def test_without_masks_there_is_nothing_to_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = write_marked_photos(tmp_path, masks=False)
    monkeypatch.setattr(sys, "argv", ["pointing", str(tmp_path / "bundle"), str(manifest)])
    with pytest.raises(SystemExit, match="no listing with a masked counterfeit photo"):
        pointing.main()
