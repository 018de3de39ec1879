"""What a busy neighbour leaves to a server, by the niceness of its compute threads: throughput and refusals.

    python -m benchmarks.serving.neighbour.niceness BUNDLE [--niceness 0 2 5 10] [--rounds 3] [--no-neighbour]

The neighbour keeps processor 0 busy, and the server may use all processors, with a compute thread on each: it takes
two or more. Linux shares a processor out by session or container, and divides the share of each over its processors by
the weight of its threads there. So threads of less weight than the event loop get less of a shared one. Photos of 1 MP.

The values of niceness alternate, so that other load on the machine affects all of them. Prints one JSON line a
measurement: photos a second of eight clients that never pause; and at four times that rate the share of 503s within
50 ms of the request's last byte, and how long `/healthz` took meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.serving.load import LoadProcess, run_load
from benchmarks.serving.overload import SOON_MS
from benchmarks.serving.photos import photos_of
from benchmarks.serving.results import Row
from benchmarks.serving.servers import Running, run_server, touchstone
from vision.bundle.bundle import read_bundle

_SHARED: Final = {0}  # the processor of the neighbour
_TIMES: Final = 4  # the capacity
_HEALTH_PAUSE_S: Final = 0.05
_BUSY: Final = "while True: pass"


@contextlib.contextmanager
def _busy_neighbour() -> Iterator[None]:
    """A process that never pauses, in a session of its own, as another service is."""
    process = subprocess.Popen([sys.executable, "-c", _BUSY], start_new_session=True)
    os.sched_setaffinity(process.pid, _SHARED)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measure(running: Running, seconds: float) -> Row:
    """Throughput, and then the answers at several times of it."""
    photos = photos_of("1mp")
    closed = run_load(running.load(photos, seconds, clients=8))
    number = 1_000_000 * (1 + time.monotonic_ns() % 1000)  # no two requests of a server send the same bytes
    rate = _TIMES * closed.rate_per_s
    overload = LoadProcess(running.load(photos, seconds, rate_per_s=rate, first_number=number))
    health_ms = list(_health_ms(running.url, seconds))
    opened = overload.finish()
    refused_ms = [exchange.answer_ms for exchange in opened.exchanges if exchange.status == 503]
    return {
        "photos_per_s": closed.rate_per_s,
        "p99_ms": closed.latency_ms(99),
        "refused_soon": float(np.mean([ms <= SOON_MS for ms in refused_ms])) if refused_ms else None,
        "refused_p50_ms": opened.answer_ms(50, 503),
        "refused_p99_ms": opened.answer_ms(99, 503),
        "health_p50_ms": float(np.percentile(health_ms, 50)),
        "health_p99_ms": float(np.percentile(health_ms, 99)),
    }


def _health_ms(url: str, seconds: float) -> Iterator[float]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        urllib.request.urlopen(f"{url}/healthz", timeout=30).read()
        yield 1e3 * (time.perf_counter() - start)
        time.sleep(_HEALTH_PAUSE_S)


def run(bundle: Path, niceness: Sequence[int], rounds: int, seconds: float, *, neighbour: bool) -> Iterator[Row]:
    """Every niceness in each round, each on a server of its own."""
    for number in range(rounds):
        for value in niceness:
            with contextlib.ExitStack() as stack:
                scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                overrides = ("max_waiting=16", f"compute_niceness={value}")
                server = touchstone(read_bundle(bundle), store="none", scratch=scratch, overrides=overrides)
                running = stack.enter_context(run_server(server, scratch / "servers.log"))
                if neighbour:
                    stack.enter_context(_busy_neighbour())
                run_load(running.load(photos_of("1mp"), 3, clients=8))
                yield {"round": number, "niceness": value, "neighbour": neighbour, **measure(running, seconds)}


def main() -> None:
    """Measure, and print each as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--niceness", type=int, nargs="+", default=[0, 2, 5, 10])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--no-neighbour", action="store_true")
    options = parser.parse_args()
    rows = run(options.bundle, options.niceness, options.rounds, options.seconds, neighbour=not options.no_neighbour)
    for row in rows:
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
