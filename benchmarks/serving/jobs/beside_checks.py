"""Jobs beside checks: throughput, the latency of checks while a job runs, and memory while a job is received.

`python -m benchmarks.serving.jobs.beside_checks BUNDLE` prints one line a figure, in about 3 minutes. Rounds and
segments alternate, so that a busy machine is as busy for both sides.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np

from benchmarks.serving.load import Load, run_load
from benchmarks.serving.measured_load import measure_load
from benchmarks.serving.photos import Size, photos_of
from benchmarks.serving.servers import Running, run_server, touchstone
from vision.bundle.bundle import read_bundle
from vision.cli.refusals import refusals_in_one_line

CLIENTS: Final = 4  # of the closed loop: enough for two cores
HOT_SHARE: Final = 0.5  # of what the closed loop reaches
LINES: Final = 10_000
LINE_BYTES: Final = 2000
MAX_LINES_A_S: Final = 30  # beside checks at half load, on the cores that this was made for
RESAMPLES: Final = 1000
JSON_LINES: Final = {"Content-Type": "application/x-ndjson"}


def job_lines(photos: Sequence[Path], count: int, product: str | None, first: int) -> bytes:
    """Lines of one photo each, no two with the same bytes: a comment in each JPEG counts them."""
    lines = []
    for number in range(first, first + count):
        photo = photos[number % len(photos)].read_bytes()
        comment = b"job %012d" % number
        marked = photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]
        sent = {"listing_id": f"job-{number}", "photos": [{"base64": base64.b64encode(marked).decode()}]}
        lines.append(json.dumps(sent if product is None else {**sent, "product": product}))
    return "\n".join(lines).encode()


def send_job(http: httpx.Client, body: bytes) -> str:
    """Send a job and give its address."""
    response = http.post("/v1/jobs", content=body, headers=JSON_LINES)
    response.raise_for_status()
    return response.headers["location"]


def wait_for_end(http: httpx.Client, location: str) -> dict[str, Any]:
    """The job once it has ended."""
    while (job := http.get(location).json())["completed_at"] is None:
        time.sleep(1)
    return dict(job)


def measure_throughput(
    running: Running, size: Size, *, seconds: float, first: int
) -> tuple[float, float, float, float]:
    """Checks a second sent directly and by a job of as many, and the server's CPU milliseconds of each."""
    photos = photos_of(size)
    direct: Any = measure_load(running, running.load(photos, seconds, clients=CLIENTS, first_number=first))
    count = max(20, int(direct["photos"]))
    body = job_lines(photos, count, running.server.product, first)
    with httpx.Client(base_url=running.url, timeout=600) as http:
        before_s = running.tree.cpu_s()
        location = send_job(http, body)
        job = wait_for_end(http, location)
        took_s = _seconds_between(job["created_at"], job["completed_at"])
        assert job["counts"]["judged"] == count, job
        cpu_ms = 1e3 * (running.tree.cpu_s() - before_s) / count
    return float(direct["photos_per_s"]), count / took_s, float(direct["cpu_ms"]), cpu_ms


def measure_hot(
    running: Running, size: Size, *, rate_per_s: float, seconds: float, first: int, with_job: bool
) -> tuple[list[float], float]:
    """The latencies in ms of checks that arrive at a rate, as a Poisson process, and the lines judged meanwhile a
    second. A job is sent before the checks begin, and cancelled when they have ended."""
    photos = photos_of(size)
    load = running.load(photos, seconds, rate_per_s=rate_per_s, arrivals="poisson", first_number=first)
    if not with_job:
        return _latencies(load), 0.0
    lines = int(MAX_LINES_A_S * (seconds + 2))  # more than the time is enough for
    with httpx.Client(base_url=running.url, timeout=600) as http:
        location = send_job(http, job_lines(photos, lines, running.server.product, first + 500_000))
        before = http.get(location).json()["counts"]["judged"]
        latencies = _latencies(load)
        judged = http.get(location).json()["counts"]["judged"] - before
        http.post(f"{location}/cancel").raise_for_status()
        wait_for_end(http, location)
    return latencies, judged / seconds


def _latencies(load: Load) -> list[float]:
    result = run_load(load)
    if result.count(200) < len(result.exchanges):
        raise RuntimeError(f"checks were refused: {result.statuses}")
    return [exchange.latency_ms for exchange in result.exchanges]


def ratio_with_interval(pairs: Sequence[tuple[Sequence[float], Sequence[float]]], percent: float) -> list[float]:
    """The ratio of a percentile of all latencies with a job to that without, and its 95 % interval.

    The interval is a bootstrap over pairs of segments, which keeps together what the machine did to both of a pair.
    """

    def ratio(chosen: Sequence[int]) -> float:
        alone, beside = (np.concatenate([pairs[pair][side] for pair in chosen]) for side in (0, 1))
        return float(np.percentile(beside, percent) / np.percentile(alone, percent))

    rng = np.random.default_rng(0)
    drawn = [ratio(rng.integers(len(pairs), size=len(pairs)).tolist()) for _ in range(RESAMPLES)]
    return [ratio(range(len(pairs))), *np.percentile(drawn, [2.5, 97.5]).tolist()]


def measure_memory(running: Running) -> tuple[float, float]:
    """The server's resident MiB before a job of 10,000 lines of 2 kB, and at its peak until it is answered."""

    def lines() -> Iterator[bytes]:
        for number in range(LINES):
            sent = {"listing_id": f"m-{number}", "photos": [{"url": f"https://shop.invalid/{number}.jpg"}]}
            size = len(json.dumps({**sent, "attributes": {"text": ""}}))
            yield json.dumps({**sent, "attributes": {"text": "x" * (LINE_BYTES - 1 - size)}}).encode() + b"\n"

    pid = running.process.pid
    with httpx.Client(base_url=running.url, timeout=600) as http:
        http.post("/v1/jobs", content=next(lines()), headers=JSON_LINES).raise_for_status()  # what the first one loads
        before = _resident_mib(pid, "VmRSS")
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
        response = http.post("/v1/jobs", content=lines(), headers=JSON_LINES)
        peak = _resident_mib(pid, "VmHWM")
        response.raise_for_status()
        assert response.json()["lines"] == LINES
        http.post(f"{response.headers['location']}/cancel").raise_for_status()
    return before, peak


def _resident_mib(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{name}:"))


def _seconds_between(begin: str, end: str) -> float:
    return (datetime.datetime.fromisoformat(end) - datetime.datetime.fromisoformat(begin)).total_seconds()


def main() -> None:
    """Measure on a server of the bundle, with a store in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--size", choices=("small", "1mp", "4mp"), default="1mp")
    parser.add_argument("--rounds", type=int, default=3, help="of throughput")
    parser.add_argument("--seconds", type=float, default=6.0, help="of one direct load; its job is as large")
    parser.add_argument("--pairs", type=int, default=10, help="of segments of checks, without and with a job")
    parser.add_argument("--segment-seconds", type=float, default=4.0)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, photos {arguments.size}")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        server = touchstone(read_bundle(arguments.bundle), store=str(scratch / "store"), scratch=scratch)
        with run_server(server, scratch / "server.log") as running:
            before, peak = measure_memory(running)
            print(f"memory: {before:.1f} MiB before, {peak:.1f} MiB at most while 20 MB of lines arrive")
            rate = _measure_rounds(running, arguments.size, rounds=arguments.rounds, seconds=arguments.seconds)
            _measure_pairs(running, arguments.size, HOT_SHARE * rate, arguments.pairs, arguments.segment_seconds)


def _measure_rounds(running: Running, size: Size, *, rounds: int, seconds: float) -> float:
    """Print throughput; gives the median of direct checks a second."""
    shares, costs, rates = [], [], []
    for number in range(rounds):
        first = 1_000_000 * (number + 1)
        direct, by_job, cpu_direct, cpu_job = measure_throughput(running, size, seconds=seconds, first=first)
        shares.append(by_job / direct)
        costs.append(cpu_job / cpu_direct)
        rates.append(direct)
        print(f"throughput: {direct:.1f} checks/s, {by_job:.1f} by a job; CPU {cpu_direct:.1f} and {cpu_job:.1f} ms")
    print(f"median: job / direct {statistics.median(shares):.3f} in throughput, {statistics.median(costs):.3f} in CPU")
    return statistics.median(rates)


def _measure_pairs(running: Running, size: Size, rate_per_s: float, pairs: int, seconds: float) -> None:
    """Print the latencies of checks without and with a job, in short segments whose order alternates."""
    measured: list[tuple[list[float], list[float]]] = []
    lines_per_s = []
    for number in range(pairs):
        found: dict[bool, list[float]] = {}
        for with_job in (False, True) if number % 2 == 0 else (True, False):
            first = 100_000_000 + 2_000_000 * number + 1_000_000 * with_job
            found[with_job], judged = measure_hot(
                running, size, rate_per_s=rate_per_s, seconds=seconds, first=first, with_job=with_job
            )
            if with_job:
                lines_per_s.append(judged)
        measured.append((found[False], found[True]))
    print(
        f"checks at {rate_per_s:.1f}/s beside {statistics.median(lines_per_s):.1f} lines/s, {pairs} pairs of segments"
    )
    for percent in (50, 99):
        alone, beside = (np.percentile(np.concatenate([pair[side] for pair in measured]), percent) for side in (0, 1))
        ratio, low, high = ratio_with_interval(measured, percent)
        print(f"p{percent}: {alone:.1f} ms, with a job {beside:.1f} ms: ratio {ratio:.2f} [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
