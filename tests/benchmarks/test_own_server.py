"""The harness around `touchstone serve`, on the tiny bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import photos
from benchmarks.kills import measure_kills
from benchmarks.limit import measure_limit
from benchmarks.measured_load import measure_load
from benchmarks.photos import photos_of
from benchmarks.results import Results, number
from benchmarks.servers import run_server, touchstone
from tests.tiny_bundle import write_tiny_bundle
from vision.photo import open_photo


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(photos, "PHOTOS", tmp_path / "photos")
    photos_of.cache_clear()
    write_tiny_bundle(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_photos_have_their_size_and_a_cameras_bytes(bundle: Path) -> None:
    for file in photos_of("1mp"):
        data = file.read_bytes()
        photo = open_photo(data)
        assert (photo.width_px, photo.height_px) == (1152, 864)
        assert 1 < 8 * len(data) / (1152 * 864) < 2.5


def test_the_limit_counts_photos_and_the_time_of_all_threads(bundle: Path) -> None:
    limit = measure_limit(bundle, "small", 0.2, None)
    assert limit.photos > 0
    assert limit.cpu_ms * limit.photos_per_s < 1e3 * 64, "no machine has so many cores"


@pytest.mark.slow
def test_a_load_on_a_server_is_measured_from_outside(bundle: Path, tmp_path: Path) -> None:
    server = touchstone(bundle, store="none", scratch=tmp_path)
    with run_server(server, tmp_path / "log") as running:
        row = measure_load(running, running.load(photos_of("small"), 60, clients=2, requests=40))
        pids = running.tree.pids()
        assert pids
    assert running.tree.pids() == []
    assert (row["photos"], row["others"]) == (40, 0)
    assert number(row, "cpu_ms") > 0.2
    assert number(row, "peak_mib") > 50


@pytest.mark.slow
def test_nothing_that_was_answered_is_lost_by_a_kill(bundle: Path, tmp_path: Path) -> None:
    results = Results.open(tmp_path / "results", {})
    server = touchstone(bundle, store=str(tmp_path / "store"), scratch=tmp_path)
    measure_kills(results, server, kills=1)
    (row,) = results.rows("kill")
    assert number(row, "answered") > 0
    assert row["lost"] == 0


def test_a_server_that_ends_at_once_is_said_with_its_log(bundle: Path, tmp_path: Path) -> None:
    server = touchstone(tmp_path / "nowhere", store="none", scratch=tmp_path)
    with pytest.raises(RuntimeError, match="touchstone did not start; see"), run_server(server, tmp_path / "log"):
        pass
    assert "bundle_invalid" in (tmp_path / "log").read_text()
