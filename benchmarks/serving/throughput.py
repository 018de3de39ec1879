"""Photos a second and CPU time a photo: Touchstone compared with its in-process limit and with peers."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.serving.limit import run_limit
from benchmarks.serving.load import run_load
from benchmarks.serving.measured_load import measure_load
from benchmarks.serving.photos import Size, photos_of
from benchmarks.serving.results import Results, Row
from benchmarks.serving.servers import Running, Server, run_server

Cell = tuple[Size, int]  # a photo's size, and clients
LIMIT_SIZES: Final[tuple[Size, ...]] = ("1mp", "4mp", "12mp")
CELLS: Final[tuple[Cell, ...]] = (("1mp", 1), ("1mp", 8), ("4mp", 8), ("12mp", 8))
_TUNED_CELLS: Final[tuple[Cell, ...]] = (("12mp", 8),)  # where page faults are most of what tuning saves
IN_PROCESS: Final = "in process"
_WARM_PHOTOS: Final = 8
_WARM_S: Final = 60.0  # at most
_CLIENTS: Final = 8


def measure_own_limit(
    results: Results, bundle: Path, servers: Sequence[Server], *, rounds: int, seconds: float
) -> None:
    """The limit and Touchstone in turn, so that each ratio is of measurements close in time."""
    names = [IN_PROCESS, *(server.name for server in servers)]
    todo = [
        (size, number)
        for size in LIMIT_SIZES
        for number in range(rounds)
        if not all(results.has("limit", size=size, round=number, server=name) for name in names)
    ]
    if not todo:
        return
    log = results.folder / "servers.log"
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(run_server(server, log)) for server in servers]
        for one in running:
            _warm(one, "1mp")
        for size, number in todo:

            def in_process(size: Size = size) -> Row:
                limit = run_limit(bundle, size, seconds)
                return {"photos": limit.photos, "photos_per_s": limit.photos_per_s, "cpu_ms": limit.cpu_ms}

            results.measure("limit", in_process, size=size, round=number, server=IN_PROCESS)
            for one in running:

                def over_http(one: Running = one, size: Size = size) -> Row:
                    return measure_load(one, one.load(photos_of(size), seconds, clients=_CLIENTS))

                results.measure("limit", over_http, size=size, round=number, server=one.server.name)


def measure_peers(results: Results, servers: Sequence[Server], *, rounds: int, seconds: float) -> None:
    """Each server in turn, alone, for each size and number of clients; and the same again in every round."""
    for number in range(rounds):
        for server in servers:
            cells = _TUNED_CELLS if server.kind == "tuned" else CELLS
            todo = [
                (size, clients)
                for size, clients in cells
                if not results.has("peers", server=server.name, round=number, size=size, clients=clients)
            ]
            if todo and not results.has("peers", server=server.name, failed="did not start"):
                _measure_cells(results, server, todo, number, seconds)


def _measure_cells(results: Results, server: Server, cells: Sequence[Cell], number: int, seconds: float) -> None:
    try:
        with run_server(server, results.folder / "servers.log") as running:
            for size, clients in cells:
                load = running.load(photos_of(size), seconds, clients=clients)
                _warm(running, size)
                key: Row = {"server": server.name, "kind": server.kind, "round": number, "size": size}
                results.keep("peers", {**key, "clients": clients, **measure_load(running, load)})
    except RuntimeError as error:
        results.keep("peers", {"server": server.name, "failed": "did not start", "why": str(error)})


def _warm(running: Running, size: Size) -> None:
    """Send a server photos of this size before it is measured."""
    run_load(running.load(photos_of(size), _WARM_S, clients=_CLIENTS, requests=_WARM_PHOTOS))
