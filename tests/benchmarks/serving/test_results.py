"""Results that can be taken up again, and what the report makes of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks.serving.report import best_peer, paired_ratio, write_report
from benchmarks.serving.results import Results, Row
from benchmarks.serving.throughput import IN_PROCESS


def cpu_rows() -> list[Row]:
    own = (11.0, 24.0, 12.0)
    limit = (10.0, 20.0, 10.0)  # the second round met a busy machine: so did both
    return [
        {
            "part": "limit",
            "size": "1mp",
            "round": number,
            "server": server,
            "cpu_ms": values[number],
            "photos_per_s": 1.0,
        }
        for number in range(3)
        for server, values in (("touchstone", own), (IN_PROCESS, limit))
    ]


def peer_rows() -> list[Row]:
    rates = {"mosec": (50.0, 70.0, 60.0), "bentoml": (55.0, 58.0, 90.0), "touchstone": (120.0, 130.0, 110.0)}
    kinds = {"touchstone": "touchstone"}
    cell: Row = {"size": "1mp", "clients": 8, "cpu_ms": 10.0, "p50_ms": 1.0, "p99_ms": 2.0, "photos": 9, "others": 0}
    return [
        {**cell, "server": server, "kind": kinds.get(server, "tutorial"), "round": number, "photos_per_s": rate}
        for server, measured in rates.items()
        for number, rate in enumerate(measured)
    ]


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    made: list[int] = []

    def measurement() -> Row:
        made.append(1)
        return {"ms": 1.5}

    for _ in range(2):  # as if the run had been taken up again
        results = Results.open(tmp_path, {"code": "a"})
        results.measure("limit", measurement, round=0)
        results.measure("limit", measurement, round=1)
    assert len(made) == 2
    assert [row["round"] for row in results.rows("limit")] == [0, 1]


def test_a_run_of_other_code_is_not_continued(tmp_path: Path) -> None:
    Results.open(tmp_path, {"code": "a"})
    with pytest.raises(SystemExit, match="code: a there, b now"):
        Results.open(tmp_path, {"code": "b"})


def test_the_ratio_to_the_limit_is_of_the_same_round() -> None:
    assert paired_ratio(cpu_rows(), "touchstone", "1mp") == pytest.approx(1.2)
    assert math.isnan(paired_ratio(cpu_rows(), "touchstone", "4mp"))


def test_the_best_peer_has_the_best_median() -> None:
    assert best_peer(peer_rows(), "tutorial", "1mp", 8, "photos_per_s", lowest=False) == ("mosec", 60.0)
    assert best_peer(peer_rows(), "same_pipeline", "1mp", 8, "photos_per_s", lowest=False)[0] == "none"


def test_the_report_has_the_ratios_and_what_failed(tmp_path: Path) -> None:
    results = Results.open(tmp_path, {"code": "a"})
    for row in cpu_rows():
        results.keep("limit", row)
    for row in peer_rows():
        results.keep("peers", row)
    results.keep("peers", {"server": "litserve", "failed": "did not start", "why": "see the log"})
    text = write_report(results).read_text(encoding="utf-8")
    assert "| 1 MP | touchstone | 12.00 | 1.200 | 1.0 | 3 |" in text
    assert "| 1 MP | 8 | set up as in tutorials | mosec | photos/s 120.0 / 60.0 | 2.00 | 1.00 |" in text
    assert "| litserve | did not start | see the log |" in text
