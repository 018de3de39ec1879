"""Photos a second of two servers of one core against one, on one PostgreSQL and one folder of photos.

python -m benchmarks.several_servers.scaling BUNDLE DATABASE [--rounds 5] [--seconds 20] [--postgresql-pid PID]

DATABASE is the address of an empty database, `postgresql://USER@HOST/NAME`. Each server is pinned to a core of its own
and has one compute thread. In each round first one server is loaded and then both, by four clients a server that never
pause, with stored checks of 1 MP photos of which no two are alike. The ratio is the median of the rounds'.

PostgreSQL and the clients share these cores where the machine has no others, and take some of the second server's: so
the processor time is reported as well. `cpu_ratio` is what two cores of servers' processor time judge against one:
twice the time a photo of one server, divided by that of two.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.serving.load import LoadProcess
from benchmarks.serving.machine import MachineClock
from benchmarks.serving.photos import photos_of
from benchmarks.serving.process_tree import ProcessTree
from benchmarks.serving.servers import Running, Server, run_server, touchstone
from vision.bundle.bundle import read_bundle

CLIENTS = 4
WARM_S = 5.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One load: photos a second of all servers, and processor milliseconds a photo."""

    photos_per_s: float
    server_ms: float
    client_ms: float
    database_ms: float
    idle_share: float

    def __str__(self) -> str:
        return (
            f"{self.photos_per_s:.2f} photos a second; servers {self.server_ms:.2f} ms, "
            f"clients {self.client_ms:.2f} ms, "
            f"database {self.database_ms:.2f} ms a photo; {100 * self.idle_share:.0f} % of the machine idle"
        )


def measure(servers: Sequence[Running], seconds: float, number: int, database: ProcessTree | None) -> Measured:
    """Load these servers at once; `number` keeps the photos of different loads apart. Raises RuntimeError."""
    trees = [one.tree for one in servers] + ([database] if database else [])
    before = [tree.cpu_s() for tree in trees]
    with MachineClock() as clock:
        loads = [
            LoadProcess(
                one.load(photos_of("1mp"), seconds, clients=CLIENTS, first_number=10**9 * number + 10**8 * place)
            )
            for place, one in enumerate(servers)
        ]
        results = [load.finish() for load in loads]
    spent = [tree.cpu_s() - start for tree, start in zip(trees, before, strict=True)]
    photos = sum(result.count(200) for result in results)
    refused = sum(len(result.exchanges) for result in results) - photos
    if refused or not photos:
        raise RuntimeError(f"{refused} checks were not answered 200: {[result.statuses for result in results]}")
    return Measured(
        photos_per_s=sum(result.rate_per_s for result in results),
        server_ms=1e3 * sum(spent[: len(servers)]) / photos,
        client_ms=1e3 * sum(result.client_cpu_s for result in results) / photos,
        database_ms=1e3 * sum(spent[len(servers) :]) / photos,
        idle_share=clock.idle_share,
    )


def pinned(server: Server, core: int) -> Server:
    """Give the server on one core."""
    return dataclasses.replace(server, command=("taskset", "--cpu-list", str(core), *server.command))


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle to serve")
    parser.add_argument("database", help="the address of an empty PostgreSQL database")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each load")
    parser.add_argument("--postgresql-pid", type=int, help="process whose children's processor time is the database's")
    arguments = parser.parse_args()
    database = ProcessTree(arguments.postgresql_pid) if arguments.postgresql_pid else None
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        scratch = Path(folder)
        settings = (f"database={arguments.database}", f"photos={scratch / 'photos'}", "threads=1")
        server = touchstone(
            read_bundle(arguments.bundle), store=str(scratch / "store"), scratch=scratch, overrides=settings
        )
        servers = [
            stack.enter_context(run_server(pinned(server, core), scratch / f"server{core}.log")) for core in (0, 1)
        ]
        measure(servers, WARM_S, 0, database)
        ratios, cpu_ratios = [], []
        for number in range(1, arguments.rounds + 1):
            one = measure(servers[:1], arguments.seconds, 2 * number, database)
            two = measure(servers, arguments.seconds, 2 * number + 1, database)
            ratios.append(two.photos_per_s / one.photos_per_s)
            cpu_ratios.append(2 * one.server_ms / two.server_ms)
            print(f"round {number}\n  one server: {one}\n  two:        {two}\n  ratio {ratios[-1]:.3f}", flush=True)
    print(f"ratio {statistics.median(ratios):.3f}, cpu_ratio {statistics.median(cpu_ratios):.3f} (medians)")


if __name__ == "__main__":
    main()
