"""The harness around `touchstone serve`, on the tiny bundle."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.serving import photos, run, throughput
from benchmarks.serving.kills import measure_kills
from benchmarks.serving.limit import measure_limit
from benchmarks.serving.measured_load import measure_load
from benchmarks.serving.photos import photos_of
from benchmarks.serving.results import Results, number
from benchmarks.serving.servers import run_server, touchstone
from benchmarks.serving.throughput import IN_PROCESS, measure_own_limit
from benchmarks.serving.work_folder import ROOT
from tests.builders.bundle import write_tiny_bundle
from vision.bundle.bundle import Bundle
from vision.photo.decode import open_photo


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    monkeypatch.setattr(photos, "PHOTOS", tmp_path / "photos")
    photos_of.cache_clear()
    return write_tiny_bundle(tmp_path / "tiny", products=("toy", "doll"))


def test_photos_have_their_size_and_a_cameras_bytes(bundle: Bundle) -> None:
    for file in photos_of("1mp"):
        data = file.read_bytes()
        photo = open_photo(data)
        assert (photo.width_px, photo.height_px) == (1152, 864)
        assert 1 < 8 * len(data) / (1152 * 864) < 2.5


def test_the_limit_counts_photos_and_the_time_of_all_threads(bundle: Bundle) -> None:
    limit = measure_limit(bundle.folder, "small", 0.2, None)
    assert limit.photos > 0
    assert limit.cpu_ms * limit.photos_per_s < 1e3 * 64, "no machine has so many cores"


@pytest.mark.slow
def test_the_limit_and_a_server_take_turns(bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "LIMIT_SIZES", ("small",))
    results = Results.open(tmp_path / "results", {})
    server = touchstone(bundle, store="none", scratch=tmp_path)
    measure_own_limit(results, bundle.folder, [server], rounds=2, seconds=0.3)
    rows = results.rows("limit")
    assert [row["server"] for row in rows] == [IN_PROCESS, "touchstone"] * 2
    assert all(number(row, "cpu_ms") > 0 for row in rows)


@pytest.mark.slow
def test_a_load_on_a_server_is_measured_from_outside(bundle: Bundle, tmp_path: Path) -> None:
    server = touchstone(bundle, store="none", scratch=tmp_path, photos_a_check=3)
    with run_server(server, tmp_path / "log") as running:
        row = measure_load(running, running.load(photos_of("small"), 60, clients=2, requests=40))
        pids = running.tree.pids()
        assert pids
    assert running.tree.pids() == []
    assert (row["photos"], row["others"]) == (120, 0)
    assert number(row, "cpu_ms") > 0.2
    assert number(row, "peak_mib") > 50


@pytest.mark.slow
def test_overload_of_a_bundle_of_ones_own_is_one_line(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    line = f"run --bundle {bundle.folder} --parts overload --times 6 --photos-a-check 2 --set max_waiting=16 --quick"
    monkeypatch.setattr(sys, "argv", [*line.split(), "--out", str(out)])
    run.main()
    described = json.loads((out / "run.json").read_text())
    assert (described["settings"], described["photos a check"]) == ("max_waiting=16", "2")
    (row,) = Results(folder=out).rows("overload")
    assert number(row, "rate_per_s") == pytest.approx(6 * number(row, "capacity_per_s"))
    assert number(row, "answered_per_s") > 0
    assert number(row, "refused_soon") > 0
    assert "## Overload, 1 MP" in (out / "report.md").read_text()


@pytest.mark.slow
def test_nothing_that_was_answered_is_lost_by_a_kill(bundle: Bundle, tmp_path: Path) -> None:
    results = Results.open(tmp_path / "results", {})
    server = touchstone(bundle, store=str(tmp_path / "store"), scratch=tmp_path)
    measure_kills(results, server, kills=1)
    (row,) = results.rows("kill")
    assert number(row, "answered") > 0
    assert row["lost"] == 0


def test_a_server_that_ends_at_once_is_reported_with_its_log(bundle: Bundle, tmp_path: Path) -> None:
    server = touchstone(bundle, store="none", scratch=tmp_path, overrides=["threads=none"])
    with pytest.raises(RuntimeError, match="touchstone did not start; see"), run_server(server, tmp_path / "log"):
        pass
    assert "--set threads=none" in (tmp_path / "log").read_text()


def test_a_bundle_of_ones_own_is_measured_without_torch() -> None:
    code = "import sys; sys.modules['torch'] = None; import benchmarks.serving.run"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
