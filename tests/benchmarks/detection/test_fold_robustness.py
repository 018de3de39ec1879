"""Two tiny bundles stand in for the bundles of a run over folds: red photos are genuine, blue ones counterfeit."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.detection.fold_robustness import main
from tests.builders.bundle import write_tiny_bundle


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Eight listings in two folds, and a bundle for each."""
    lines = ["photo,label,product,listing,fold"]
    for n in range(8):
        label, red = ("genuine", 200) if n % 2 == 0 else ("counterfeit", 60)
        pixels = np.random.default_rng(n).integers(-30, 30, (200, 200, 3)) + np.array([red, 128, 255 - red])
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(tmp_path / f"{n}.png")
        lines.append(f"{n}.png,{label},toy,L{n},{n // 4}")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(lines) + "\n")
    for fold in (0, 1):
        write_tiny_bundle(tmp_path / f"run/folds/{fold}/bundle")
    data: dict[str, object] = {"manifest": str(manifest), "where": [], "product": None}
    (tmp_path / "run/run.json").write_text(json.dumps({"config": {"data": data}, "data_hash": ""}))
    return tmp_path / "run"


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["fold_robustness", *map(str, arguments)])
    main()


def test_each_fold_s_bundle_predicts_its_own_fold_and_predictions_are_pooled(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, run, "--out", run / "answers.csv")
    printed = capsys.readouterr().out
    assert "of 8 listings: genuine to counterfeit or back 0" in printed
    rows = list(csv.DictReader((run / "answers.csv").read_text().splitlines()))
    assert sorted((row["change"], row["fold"]) for row in rows) == sorted(
        (change, fold) for change in ("half_size", "jpeg_50") for fold in "01" for _ in range(4)
    )


def test_an_unknown_change_is_refused_with_the_known_ones(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="no change is called jpeg_51: take all, or some of jpeg_95"):
        call(monkeypatch, run, "--changes", "jpeg_51")


def test_a_folder_without_folds_is_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (run / "folds").rename(run / "other")
    with pytest.raises(SystemExit, match="is it a finished run over folds"):
        call(monkeypatch, run)
