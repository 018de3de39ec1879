"""Resident memory: its peak with many clients and large photos, and its growth over many checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.serving.load import run_load
from benchmarks.serving.measured_load import measure_load
from benchmarks.serving.photos import photos_of
from benchmarks.serving.results import Results, Row
from benchmarks.serving.servers import Server, run_server

CLIENTS: Final = 32
EARLY_CHECKS: Final = 1000
_UNTIL_DONE_S: Final = 24 * 3600.0


def measure_many_clients(results: Results, servers: Sequence[Server], *, seconds: float) -> None:
    """The peak of each server, alone, since its start: 32 clients with photos of 4 MP."""
    for server in servers:

        def peak(server: Server = server) -> Row:
            with run_server(server, results.folder / "servers.log") as running:
                return measure_load(running, running.load(photos_of("4mp"), seconds, clients=CLIENTS))

        if not results.has("many clients", server=server.name):
            try:
                results.keep("many clients", {"server": server.name, "kind": server.kind, **peak()})
            except RuntimeError as error:
                results.keep("many clients", {"server": server.name, "failed": "did not start", "why": str(error)})


def measure_growth(results: Results, server: Server, *, checks: int) -> None:
    """Resident memory after 1,000 checks of small photos, no two of them alike, and after `checks`."""

    def growth() -> Row:
        with run_server(server, results.folder / "servers.log") as running:
            photos = photos_of("small")
            early = running.load(photos, _UNTIL_DONE_S, clients=8, requests=EARLY_CHECKS)
            answered = run_load(early).count(200)
            early_mib = running.tree.memory().resident
            rest = checks - EARLY_CHECKS
            late = running.load(photos, _UNTIL_DONE_S, clients=8, requests=rest, first_number=EARLY_CHECKS)
            result = run_load(late)
            late_mib = running.tree.memory().resident
        return {
            "answered": answered + result.count(200),
            "early_mib": early_mib,
            "late_mib": late_mib,
            "ratio": late_mib / early_mib,
            "checks_per_s": result.rate_per_s,
        }

    results.measure("growth", growth, server=server.name, checks=checks)
