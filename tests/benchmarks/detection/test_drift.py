import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.detection import drift
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo


def test_shifted_photos_are_found_and_unshifted_ones_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    add_tiny_sample(tmp_path / "bundle")
    with (tmp_path / "manifest.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("photo", "label", "product", "listing"))
        for seed in range(60):
            (tmp_path / f"{seed}.jpg").write_bytes(mixed_photo(9000 + seed))
            table.writerow((f"{seed}.jpg", "", "toy", f"L{seed}"))
    arguments = [str(tmp_path / "bundle"), str(tmp_path / "manifest.csv"), "--rounds", "20", "--threads", "1"]
    monkeypatch.setattr(sys, "argv", ["drift", *arguments])
    drift.main()
    printed = capsys.readouterr().out
    assert printed.startswith("120 validation listings, 60 sent, 6 measures")
    assert "| unchanged | nothing |" in printed
    assert "brightness (PSI" in printed.partition("light x 0.6")[2]
    assert "false alarms: nominal 0.05 a window, measured" in printed


def test_rows_split_at_random_raise_alarms_at_about_the_nominal_rate() -> None:
    random = np.random.default_rng(0)
    sample = {"a": random.normal(size=100), "b": np.append(random.normal(size=99), np.nan)}
    window = {"a": random.normal(5.0, 1.0, 80), "b": random.normal(size=80)}  # shifted, which the random split undoes
    assert 0.01 < drift.false_alarms(sample, window, 0.05, rounds=500) < 0.09


def test_each_bundle_has_a_rate_of_its_own() -> None:
    rates = drift.false_alarms_by_bundle(0.2, bundles=3, windows=20)
    assert rates.shape == (3,)
    assert 0.02 < rates.mean() < 0.5
