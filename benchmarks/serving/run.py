"""Measure all parts or some, and write the report; continues an interrupted run.

bash benchmarks/serving/setup.sh                          once: the peers' environments
python -m benchmarks.serving.run                          everything, about an hour on two quiet cores
python -m benchmarks.serving.run --quick                  the same with short rounds, a quarter of an hour
python -m benchmarks.serving.run --bundle MINE --parts limit overload
                                                          some parts, on a bundle of your own; no peers needed
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import onnxruntime
from PIL import __version__ as pillow_version

from benchmarks.serving.kills import measure_kills
from benchmarks.serving.latency import measure_latency
from benchmarks.serving.machine import describe_machine
from benchmarks.serving.memory import measure_growth, measure_many_clients
from benchmarks.serving.overload import measure_overload
from benchmarks.serving.report import write_report
from benchmarks.serving.results import Results
from benchmarks.serving.servers import Server, peers, touchstone
from benchmarks.serving.throughput import measure_own_limit, measure_peers
from benchmarks.serving.work_folder import BUNDLE, WORK
from training.runs.folder import code_version
from vision.bundle.bundle import Bundle, read_bundle
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line

_SET_HELP: Final = "a setting of Touchstone's servers; the harness says bundle, port and store"
PARTS: Final = ("limit", "peers", "many clients", "latency", "overload", "growth", "kill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how often."""

    limit_rounds: int
    peer_rounds: int
    seconds: float
    latency_runs: int
    latency_s: float
    overload_runs: int
    checks: int
    kills: int


FULL: Final = Effort(
    limit_rounds=7,
    peer_rounds=3,
    seconds=4.0,
    latency_runs=5,
    latency_s=12.0,
    overload_runs=3,
    checks=100_000,
    kills=20,
)
QUICK: Final = Effort(
    limit_rounds=3,
    peer_rounds=1,
    seconds=2.0,
    latency_runs=2,
    latency_s=5.0,
    overload_runs=1,
    checks=5_000,
    kills=3,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """All parts of one run, on one bundle."""

    results: Results
    bundle: Bundle
    effort: Effort
    scratch: Path
    shipped: Bundle | None
    only: tuple[str, ...]
    overrides: tuple[str, ...]
    photos_a_check: int
    times: float

    def run(self, part: str) -> None:
        """Measure one part."""
        steps: dict[str, Callable[[], None]] = {
            "limit": self._limit,
            "peers": self._peers,
            "many clients": self._many_clients,
            "latency": self._latency,
            "overload": self._overload,
            "growth": self._growth,
            "kill": self._kill,
        }
        steps[part]()

    def _touchstone(self, store: str = "none") -> Server:
        """Each store is a folder of its own."""
        where = "none" if store == "none" else str(self._folder(store))
        return self._serve(self.bundle, where, f"config-{store}")

    def _serve(self, bundle: Bundle, store: str, scratch: str, name: str | None = None) -> Server:
        return touchstone(
            bundle,
            store=store,
            scratch=self._folder(scratch),
            name=name,
            overrides=self.overrides,
            photos_a_check=self.photos_a_check,
        )

    def _folder(self, name: str) -> Path:
        folder = self.scratch / name
        folder.mkdir(exist_ok=True)
        return folder

    def _limit(self) -> None:
        servers = (self._touchstone(), self._touchstone("store-limit"))
        effort = self.effort
        measure_own_limit(self.results, self.bundle.folder, servers, rounds=effort.limit_rounds, seconds=effort.seconds)

    def _peers(self) -> None:
        servers = (self._touchstone(), *self._chosen_peers())
        measure_peers(self.results, servers, rounds=self.effort.peer_rounds, seconds=self.effort.seconds)

    def _many_clients(self) -> None:
        others = [peer for peer in self._chosen_peers() if peer.kind != "tuned"]
        own = [self._touchstone(), self._touchstone("store-clients")]
        if self.shipped is not None:
            own.append(self._serve(self.shipped, "none", "shipped", "shipped bundle"))
        measure_many_clients(self.results, (*own, *others), seconds=self.effort.seconds)

    def _latency(self) -> None:
        effort = self.effort
        measure_latency(self.results, self._touchstone(), runs=effort.latency_runs, seconds=effort.latency_s)

    def _overload(self) -> None:
        effort = self.effort
        measure_overload(
            self.results, self._touchstone(), times=self.times, runs=effort.overload_runs, seconds=effort.latency_s
        )

    def _growth(self) -> None:
        measure_growth(self.results, self._touchstone("store-growth"), checks=self.effort.checks)

    def _kill(self) -> None:
        measure_kills(self.results, self._touchstone("store-kill"), kills=self.effort.kills)

    def _chosen_peers(self) -> list[Server]:
        found = peers(self.bundle)
        return [peer for peer in found if not self.only or any(word in peer.name for word in self.only)]


def main() -> None:
    """Read the options, measure, report."""
    arguments = _read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped, as by Ctrl-C
    bundle = read_bundle(arguments.bundle) if arguments.bundle else _make_bundle()
    described = {
        "code": code_version(),
        "bundle": f"{bundle.metadata.name} {bundle.metadata.version}, {bundle.metadata.geometry.size_px} px, "
        f"{bundle.sha256[:12]}",
        "machine": describe_machine(),
        "versions": f"onnxruntime {onnxruntime.__version__}, pillow {pillow_version}",
        "effort": "quick" if arguments.quick else "full",
        "settings": " ".join(arguments.overrides) or "as shipped",
        "photos a check": str(arguments.photos_a_check),
    }
    results = Results.open(arguments.out, described)
    with tempfile.TemporaryDirectory(dir=arguments.out) as scratch:
        harness = Harness(
            results=results,
            bundle=bundle,
            effort=_effort(arguments),
            scratch=Path(scratch),
            shipped=read_bundle(arguments.shipped) if arguments.shipped else None,
            only=tuple(arguments.only),
            overrides=tuple(arguments.overrides),
            photos_a_check=arguments.photos_a_check,
            times=arguments.times,
        )
        for part in arguments.parts:
            harness.run(part)
            print(f"wrote {write_report(results)}", flush=True)


def _make_bundle() -> Bundle:
    from benchmarks.serving.make_bundle import make_bundle  # trains: a bundle of one's own is measured without torch

    return make_bundle()


def _effort(arguments: argparse.Namespace) -> Effort:
    effort = QUICK if arguments.quick else FULL
    named = {name: getattr(arguments, name) for name in ("checks", "kills") if getattr(arguments, name) is not None}
    return replace(effort, **named)


def _read_arguments() -> argparse.Namespace:
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.times <= 1:
        parser.error("--times must be above 1: up to its capacity a server refuses nothing")
    beside = [part for part in ("peers", "many clients") if part in arguments.parts]
    if arguments.photos_a_check > 1 and beside:
        parser.error(f"--photos-a-check is for Touchstone alone, and peers take one photo: leave out {beside[0]!r}")
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, help=f"the bundle to serve; without it {BUNDLE.name} is made")
    parser.add_argument("--shipped", type=Path, help="another bundle, whose peak memory is measured beside")
    parser.add_argument("--out", type=Path, default=WORK / "results", help="folder of the results, taken up again")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="peers whose name has one of the words")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE", help=_SET_HELP)
    parser.add_argument("--photos-a-check", type=int, choices=range(1, MAX_PHOTOS + 1), default=1, metavar="N")
    parser.add_argument("--times", type=float, default=4.0, help="by how much overload exceeds the capacity")
    parser.add_argument("--quick", action="store_true", help="short rounds, to see that everything works")
    parser.add_argument("--checks", type=int, help="checks after which memory is read again")
    parser.add_argument("--kills", type=int, help="how often the server is killed")
    return parser


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
