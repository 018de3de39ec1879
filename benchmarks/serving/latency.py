"""Latency at 70 % of capacity in an open loop: requests are sent when due, whether or not earlier ones are answered."""

from __future__ import annotations

from typing import Final, get_args

from benchmarks.serving.load import Arrivals, run_load
from benchmarks.serving.machine import MachineClock
from benchmarks.serving.photos import Size, photos_of
from benchmarks.serving.results import Results, Row
from benchmarks.serving.servers import Running, Server, run_server

SHARE: Final = 0.7
_CLIENTS: Final = 8
_SIZE: Final[Size] = "1mp"


def measure_capacity(running: Running, seconds: float, size: Size = _SIZE) -> float:
    """Requests a second that a server answers when eight clients never pause."""
    return run_load(running.load(photos_of(size), seconds, clients=_CLIENTS)).rate_per_s


def measure_latency(results: Results, server: Server, *, runs: int, seconds: float) -> None:
    """Runs of both kinds of arrivals at 70 % of the capacity, which is measured before each."""
    keys = [(arrivals, number) for number in range(runs) for arrivals in get_args(Arrivals)]
    todo = [(kind, n) for kind, n in keys if not results.has("latency", arrivals=kind, run=n)]
    if not todo:
        return
    with run_server(server, results.folder / "servers.log") as running:
        measure_capacity(running, 1.0)
        for arrivals, number in todo:
            results.keep(
                "latency", {"arrivals": arrivals, "run": number, **_one_run(running, arrivals, number, seconds)}
            )


def _one_run(running: Running, arrivals: Arrivals, number: int, seconds: float) -> Row:
    capacity = measure_capacity(running, max(2.0, seconds / 3))
    rate = SHARE * capacity
    photos = photos_of(_SIZE)
    load = running.load(photos, seconds, rate_per_s=rate, arrivals=arrivals, first_number=1_000_000 * (number + 1))
    with MachineClock() as clock:
        result = run_load(load)
    p50_ms, p99_ms = result.latency_ms(50), result.latency_ms(99)
    return {
        "capacity_per_s": capacity,
        "rate_per_s": rate,
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
        "ratio": p99_ms / p50_ms,
        "late_ms": result.late_ms,
        "idle_share": clock.idle_share,
        "statuses": result.statuses,
    }
