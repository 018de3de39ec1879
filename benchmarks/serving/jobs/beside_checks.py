"""Jobs beside checks: throughput, the latency of checks while a job runs, and memory while a job is received.

`python -m benchmarks.serving.jobs.beside_checks BUNDLE` prints one line a figure; rounds alternate, so that a busy
machine is as busy for both sides, and the median of their ratios counts.
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

from benchmarks.serving.measured_load import measure_load
from benchmarks.serving.photos import Size, photos_of
from benchmarks.serving.servers import Running, run_server, touchstone
from vision.bundle.bundle import read_bundle
from vision.cli.refusals import refusals_in_one_line

CLIENTS: Final = 4  # of the closed loop: enough for two cores
HOT_SHARE: Final = 0.5  # of what the closed loop reaches
LINES: Final = 10_000
LINE_BYTES: Final = 2000
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


def measure_hot(running: Running, size: Size, *, rate_per_s: float, seconds: float, first: int) -> tuple[Any, Any]:
    """The latencies of checks that arrive at a rate, as a Poisson process: without a job and while one runs."""
    photos = photos_of(size)

    def load(number: int) -> Any:
        return measure_load(
            running, running.load(photos, seconds, rate_per_s=rate_per_s, arrivals="poisson", first_number=number)
        )

    alone = load(first)
    lines = int(3 * rate_per_s * seconds) + 100  # more than the time is enough for
    with httpx.Client(base_url=running.url, timeout=600) as http:
        location = send_job(http, job_lines(photos, lines, running.server.product, first))
        beside = load(first + 500_000)
        judged = http.get(location).json()["counts"]["judged"]
        http.post(f"{location}/cancel").raise_for_status()
        wait_for_end(http, location)
    return alone, {**beside, "lines_per_s": judged / seconds}


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
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, photos {arguments.size}")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        server = touchstone(read_bundle(arguments.bundle), store=str(scratch / "store"), scratch=scratch)
        with run_server(server, scratch / "server.log") as running:
            before, peak = measure_memory(running)
            print(f"memory: {before:.1f} MiB before, {peak:.1f} MiB at most while 20 MB of lines arrive")
            _measure_rounds(running, arguments.size, rounds=arguments.rounds, seconds=arguments.seconds)


def _measure_rounds(running: Running, size: Size, *, rounds: int, seconds: float) -> None:
    shares, costs, ratios, rates = [], [], [], []
    for number in range(rounds):
        first = 1_000_000 * (number + 1)
        direct, by_job, cpu_direct, cpu_job = measure_throughput(running, size, seconds=seconds, first=first)
        shares.append(by_job / direct)
        costs.append(cpu_job / cpu_direct)
        rates.append(direct)
        print(f"throughput: {direct:.1f} checks/s, {by_job:.1f} by a job; CPU {cpu_direct:.1f} and {cpu_job:.1f} ms")
    print(f"median: job / direct {statistics.median(shares):.3f} in throughput, {statistics.median(costs):.3f} in CPU")
    rate_per_s = HOT_SHARE * statistics.median(rates)
    for number in range(rounds):
        first = 1_000_000 * (rounds + number + 1)
        alone, beside = measure_hot(running, size, rate_per_s=rate_per_s, seconds=seconds, first=first)
        ratios.append(beside["p99_ms"] / alone["p99_ms"])
        print(
            f"checks at {rate_per_s:.1f}/s: p50 {alone['p50_ms']:.1f}, p99 {alone['p99_ms']:.1f} ms; with a job "
            f"p50 {beside['p50_ms']:.1f}, p99 {beside['p99_ms']:.1f} ms, {beside['lines_per_s']:.1f} lines/s"
        )
    print(f"median: p99 with a job / without {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
