"""The deletion test as a command, on photos whose verdict comes from one blue corner."""

import sys
from pathlib import Path

import pytest

from benchmarks.detection import deletion
from tests.benchmarks.detection.test_pointing import write_marked_photos
from tests.builders.bundle import write_tiny_bundle


def test_figures_are_printed_for_each_outcome_and_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_bundle(tmp_path / "bundle", bias=0.0, counterfeit_below=-0.5, genuine_above=0.5)
    manifest = write_marked_photos(tmp_path)
    monkeypatch.setattr(sys, "argv", ["deletion", str(tmp_path / "bundle"), str(manifest), "--networks", "2"])
    deletion.main()
    output = capsys.readouterr().out
    assert "outcome counterfeit: 3 listings, 3 photos" in output
    assert "outcome genuine: 0 listings, 0 photos" in output
    crops = output.partition("  crops: moved ")[2]
    assert "changed 1.000 [1.000, 1.000]" in crops.splitlines()[1]
    for place in ("anywhere", "on_product", "random_weights"):
        assert f"  {place}: moved " in output
    assert "random-weight networks' own logit: moved" in output


def test_a_bundle_that_was_fitted_on_everything_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = write_marked_photos(tmp_path)
    manifest.write_text(manifest.read_text().replace(",counterfeit,", ",,"))
    monkeypatch.setattr(sys, "argv", ["deletion", str(tmp_path / "bundle"), str(manifest)])
    with pytest.raises(SystemExit, match="fitted on every labelled listing"):
        deletion.main()
