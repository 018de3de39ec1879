"""The in-process limit: decoding, resizing and network on all cores, without HTTP, verdict or store.

    python -m benchmarks.serving.limit BUNDLE --size 1mp --seconds 3 [--precision fp32]

Prints photos a second and CPU milliseconds a photo. No server of the same network can do better with the same
decoder; what it takes beyond this is its own overhead.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from benchmarks.serving.photos import Size, photos_of
from benchmarks.serving.work_folder import ROOT
from vision.bundle.bundle import read_bundle
from vision.bundle.metadata import Precision
from vision.config.cpu_limits import usable_cores
from vision.inference.scorer import Scorer
from vision.inputs import open_for_input, to_input


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The upper bound of a machine's throughput."""

    photos: int
    photos_per_s: float
    cpu_ms: float


def run_limit(bundle: Path, size: Size, seconds: float) -> Limit:
    """Measure in a separate process, like a server."""
    command = [sys.executable, "-m", "benchmarks.serving.limit", str(bundle.resolve())]
    command += ["--size", size, "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, start_new_session=True)
    return Limit(**json.loads(done.stdout))


def measure_limit(bundle: Path, size: Size, seconds: float, precision: Precision | None) -> Limit:
    """Judge photos on as many threads as cores, one warm-up each first."""
    read = read_bundle(bundle)
    geometry, scorer = read.metadata.geometry, Scorer(read, precision=precision)
    photos = [photo.read_bytes() for photo in photos_of(size)]

    def judge(number: int) -> None:
        photo = open_for_input(photos[number % len(photos)], geometry)
        scorer.score(to_input(photo, geometry).pixels)

    def loop(first: int) -> int:
        done = 0
        while time.monotonic() < end:
            judge(first + done)
            done += 1
        return done

    threads = usable_cores()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(judge, range(threads * len(photos))))
        start, cpu = time.monotonic(), time.process_time()
        end = start + seconds
        count = sum(pool.map(loop, range(threads)))
        cpu_s, wall_s = time.process_time() - cpu, time.monotonic() - start
    return Limit(photos=count, photos_per_s=count / wall_s, cpu_ms=1e3 * cpu_s / count)


def main() -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--size", choices=get_args(Size), default="1mp")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--precision", choices=get_args(Precision))
    arguments = parser.parse_args()
    limit = measure_limit(arguments.bundle, arguments.size, arguments.seconds, arguments.precision)
    print(json.dumps({"photos": limit.photos, "photos_per_s": limit.photos_per_s, "cpu_ms": limit.cpu_ms}))


if __name__ == "__main__":
    main()
