"""How long the lists and figures of a simulated year take to read, from a server in a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final

import httpx

from simulator.year_folder import YearFacts, YearFolder

READS: Final = (
    ("list of checks", "/v1/checks?limit=50"),
    ("counts of checks", "/v1/checks/counts"),
    ("list of cases", "/v1/cases?limit=50"),
    ("cases that are due next", "/v1/cases?limit=50&sort=due"),
    ("counts of cases", "/v1/cases/counts"),
    ("dashboard: service level", "/v1/service-level"),
    ("dashboard: late cases", "/v1/service-level/late?limit=50"),
    ("dashboard: fast track", "/v1/fast-track?limit=50"),
    ("list of clusters", "/v1/clusters?limit=50"),
    ("list of test buys", "/v1/test-buys?limit=50"),
    ("estimates from test buys", "/v1/test-buys/estimates"),
)
WARM_UP: Final = 3
REQUESTS: Final = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The times of one request, in milliseconds."""

    name: str
    median_ms: float
    p95_ms: float
    kilobytes: float


def measure_reads(folder: YearFolder, facts: YearFacts) -> list[Measured]:
    """Send each of READS REQUESTS times with the operator's key, one after another."""
    with _serve(folder) as address:
        headers = {"Authorization": f"Bearer {facts.operator_key}"}
        with httpx.Client(base_url=address, headers=headers, timeout=60) as http:
            return [_measure(http, name, path) for name, path in READS]


def _measure(http: httpx.Client, name: str, path: str) -> Measured:
    times_ms: list[float] = []
    size = 0
    for _ in range(WARM_UP + REQUESTS):
        start = time.perf_counter()
        answer = http.get(path)
        times_ms.append((time.perf_counter() - start) * 1000)
        answer.raise_for_status()
        size = len(answer.content)
    ordered = sorted(times_ms[WARM_UP:])
    return Measured(
        name=name,
        median_ms=ordered[len(ordered) // 2],
        p95_ms=ordered[math.ceil(0.95 * len(ordered)) - 1],
        kilobytes=size / 1000,
    )


@contextlib.contextmanager
def _serve(folder: YearFolder) -> Iterator[str]:
    """Run `python -m simulator serve` on a free port; gives its address."""
    command = [sys.executable, "-m", "simulator", "serve", str(folder.path), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = next((line for line in process.stdout or () if "Open http" in line), None)
        if line is None:
            raise RuntimeError(f"the server of {folder.path} ended at its start; run {' '.join(command)} to see why")
        yield line.partition("Open ")[2].split()[0].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=60)
