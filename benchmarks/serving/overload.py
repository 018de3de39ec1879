"""Load at several times the capacity: the time to a refusal, and the throughput that is left."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.serving.latency import measure_capacity
from benchmarks.serving.load import run_load
from benchmarks.serving.machine import MachineClock
from benchmarks.serving.photos import photos_of
from benchmarks.serving.results import Results, Row
from benchmarks.serving.servers import Server, run_server

SOON_MS: Final = 50.0


def measure_overload(results: Results, server: Server, *, times: float, runs: int, seconds: float) -> None:
    """Runs of an open loop at a multiple of the capacity measured just before, 1 MP photos."""
    todo = [number for number in range(runs) if not results.has("overload", times=times, run=number)]
    if not todo:
        return
    with run_server(server, results.folder / "servers.log") as running:
        measure_capacity(running, 1.0)
        for number in todo:

            def one_run(number: int = number) -> Row:
                capacity = measure_capacity(running, max(2.0, seconds / 3))
                photos = photos_of("1mp")
                load = running.load(photos, seconds, rate_per_s=times * capacity, first_number=1_000_000 * (number + 1))
                with MachineClock() as clock:
                    result = run_load(load)
                refused_ms = [exchange.answer_ms for exchange in result.exchanges if exchange.status == 503]
                return {
                    "capacity_per_s": capacity,
                    "rate_per_s": times * capacity,
                    "statuses": result.statuses,
                    "answered_per_s": result.rate_per_s,
                    "answered_p99_ms": result.latency_ms(99),
                    "refused_p50_ms": result.answer_ms(50, 503),
                    "refused_p99_ms": result.answer_ms(99, 503),
                    "refused_soon": float(np.mean([ms <= SOON_MS for ms in refused_ms])) if refused_ms else None,
                    "late_ms": result.late_ms,
                    "idle_share": clock.idle_share,
                    "peak_mib": running.tree.memory().peak,
                }

            results.measure("overload", one_run, times=times, run=number)
