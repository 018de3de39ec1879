"""The processor time of a server for a stored check on PostgreSQL, beside SQLite.

python -m benchmarks.several_servers.databases BUNDLE --database postgresql://USER@HOST/NAME [--turns 30]

Two servers with one compute thread each, one on SQLite and one on the database, which should be empty; and a second one
on SQLite as a control. They take turns of 20 checks of one photo of 1 MP, sent one after another, each photo another
file, in an order that is mirrored from turn to turn. PostgreSQL's own processes do not count, as a disk's would not.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import numpy as np

from benchmarks.serving.photos import photos_of
from benchmarks.serving.process_tree import stop_process
from benchmarks.serving.servers import Running, start_server, touchstone
from vision.bundle.bundle import read_bundle

CHECKS: Final = 20
_RESAMPLES: Final = 2000


def measure(bundle: Path, database: str, turns: int) -> dict[str, list[float]]:
    """Give each server's CPU milliseconds a check, turn by turn."""
    found: dict[str, list[float]] = {"sqlite": [], "postgresql": [], "control": []}
    numbers = iter(range(10**9))
    with contextlib.ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
        servers = {
            name: started.enter_context(_running(bundle, folder / name, database if name == "postgresql" else ""))
            for name in found
        }
        for server in servers.values():
            _send(server, numbers)  # the first checks of a process take longer
        for turn in range(turns):
            order = list(servers.items())[:: 1 if turn % 2 else -1]
            for name, server in order:
                before = server.tree.cpu_s()
                _send(server, numbers)
                found[name].append(1000 * (server.tree.cpu_s() - before) / CHECKS)
    return found


@contextlib.contextmanager
def _running(bundle: Path, folder: Path, database: str) -> Iterator[Running]:
    folder.mkdir()
    settings = ["threads=1", f"database={database}"]
    server = touchstone(read_bundle(bundle), store=str(folder / "store"), scratch=folder, overrides=settings)
    running = start_server(server, folder / "log")
    try:
        yield running
    finally:
        stop_process(running.process)


def _send(server: Running, numbers: Iterator[int]) -> None:
    photos = [file.read_bytes() for file in photos_of("1mp")]
    with httpx.Client(base_url=server.url, timeout=60) as http:
        for _ in range(CHECKS):
            number = next(numbers)
            photo = _numbered(photos[number % len(photos)], number)
            http.post("/v1/checks", files={"photos": ("photo.jpg", photo, "image/jpeg")}).raise_for_status()


def _numbered(photo: bytes, number: int) -> bytes:
    """The same photo as another file, by a comment behind its first marker."""
    comment = f"{number:012d}".encode()
    return photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]


def ratio(times: list[float], reference: list[float]) -> str:
    """Give the median of the turns' ratios, with the 95 % interval of its bootstrap."""
    ratios = np.array(times) / np.array(reference)
    resampled = np.random.default_rng(1).choice(ratios, (_RESAMPLES, len(ratios)))
    low, high = np.quantile(np.median(resampled, axis=1), (0.025, 0.975))
    return f"{np.median(ratios):.3f} [{low:.3f}, {high:.3f}]"


def main() -> None:
    """Print the medians and the ratios."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("bundle", type=Path)
    arguments.add_argument("--database", required=True)
    arguments.add_argument("--turns", type=int, default=30)
    given = arguments.parse_args()
    found = measure(given.bundle, given.database, given.turns)
    for name, times in found.items():
        print(f"{name}: {statistics.median(times):.2f} ms a check, ratio {ratio(times, found['sqlite'])}")


if __name__ == "__main__":
    main()
