"""The distance that one check travels through the code, held where it is."""

from __future__ import annotations

import pytest

from benchmarks.serving.call_path import CallPath, Crossing, measure_call_path
from benchmarks.serving.photos import photos_of
from tests.builders.bundle import write_tiny_bundle

MAX_FILES = 11  # 14 before the packages
MAX_CALLS = 120  # 167 before


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> CallPath:
    folder = tmp_path_factory.mktemp("call_path")
    write_tiny_bundle(folder / "bundle")
    return measure_call_path(folder / "bundle", photos_of("1mp")[0].read_bytes())


def test_a_photo_passes_few_files_from_the_route_to_the_store(path: CallPath) -> None:
    assert len(path.files) <= MAX_FILES, path.files


def test_a_check_makes_few_calls_from_file_to_file(path: CallPath) -> None:
    shown = "\n".join(f"{count} x {crossing}" for crossing, count in sorted(path.crossings.items()))
    assert path.calls <= MAX_CALLS, shown


def test_the_way_is_seen_from_the_bodys_first_piece_to_the_disk_in_every_thread(path: CallPath) -> None:
    assert {"serving/http/multipart.py", "vision/inference/scorer.py", "serving/store/photos/photo_files.py"} <= {
        *path.files
    }
    judged = [crossing for crossing in path.crossings if crossing.function == "Detector.judge_photo"]
    assert [crossing.callee for crossing in judged] == ["vision/detector.py"], "called on a compute thread"


def test_a_context_manager_counts_for_the_file_that_enters_it_though_contextlib_calls_it(path: CallPath) -> None:
    function, caller = "Idempotency.hold", "serving/checks/service.py"
    hold = Crossing(callee="serving/checks/idempotency.py", function=function, caller=caller)
    assert path.crossings[hold] == 3, "it is entered, goes on when the store has answered, and is left"
