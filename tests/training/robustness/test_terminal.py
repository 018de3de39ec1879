"""Robustness to image changes in the terminal."""

import io
from pathlib import Path

from rich.console import Console

from tests.training.builders.robustness_photos import robustness_of, write_photos
from training.perturbations.photo import JPEG_50, PAINTED_OUT
from training.robustness.terminal import print_robustness


def test_each_measured_change_has_a_row_and_each_other_one_a_sentence(tmp_path: Path) -> None:
    robustness = robustness_of(tmp_path, write_photos(tmp_path / "photos", box=""), JPEG_50, PAINTED_OUT)
    console = Console(file=io.StringIO(), width=80)
    print_robustness(console, robustness)
    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert "robustness to image changes, 8 of the 8 listings (8 photos)" in output
    assert "JPEG quality 50" in output
    assert "8 listings" in output
    assert "0, 0" in output, "no verdict flips"
    assert "product painted out: not measured" in output
    assert max(map(len, output.splitlines())) <= 80
