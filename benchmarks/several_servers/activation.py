"""How long an activation takes to reach another server of the same store.

python -m benchmarks.several_servers.activation BUNDLE DATABASE [--times 20]

Three servers share DATABASE, the address of an empty PostgreSQL. The bundle is copied as two candidates of other
versions. Each is activated on the first server in turn, and the time runs from its answer until the third one's
`GET /v1/bundles/{name}/state` shows it. The third server loads a candidate that it does not have in memory; a rollback
loads nothing, and is measured beside it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.serving.servers import run_server, touchstone
from serving.client import Client
from vision.bundle.bundle import read_bundle

LIMIT_S = 30.0
POLL_S = 0.002


def write_candidate(bundle: Path, folder: Path, version: str) -> None:
    """Copy a bundle under another version, which gives it another SHA-256."""
    shutil.copytree(bundle, folder)
    metadata = folder / "bundle.json"
    table = json.loads(metadata.read_text(encoding="utf-8"))
    metadata.write_text(json.dumps({**table, "version": version}), encoding="utf-8")


def delay_ms(change: Callable[[], object], seen: Client, name: str, version: str) -> float:
    """Make a change on one server, and give the milliseconds from its answer until another shows it."""
    change()
    start = time.monotonic()
    while seen.bundle(name).state().state.active.version != version:
        if time.monotonic() - start > LIMIT_S:
            raise RuntimeError(f"version {version} did not arrive within {LIMIT_S:g} s")
        time.sleep(POLL_S)
    return 1e3 * (time.monotonic() - start)


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle to serve")
    parser.add_argument("database", help="the address of an empty PostgreSQL database")
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        scratch = Path(folder)
        bundle = read_bundle(arguments.bundle)
        name, settings_version = bundle.metadata.name, bundle.metadata.version
        for version in ("a", "b"):
            write_candidate(arguments.bundle, scratch / "candidates" / version, version)
        settings = (f"database={arguments.database}", f"photos={scratch / 'photos'}", "threads=1")
        server = touchstone(
            bundle,
            store=str(scratch / "store"),
            scratch=scratch,
            overrides=(*settings, f"bundles_folder={scratch / 'candidates'}"),
        )
        running = [stack.enter_context(run_server(server, scratch / f"server{number}.log")) for number in range(3)]
        first, third = (stack.enter_context(Client(running[number].url)) for number in (0, 2))
        loaded, rolled_back = [], []
        before = settings_version
        for number in range(arguments.times):
            version = "ab"[number % 2]
            loaded.append(
                delay_ms(lambda version=version: first.bundle(name).activate(version), third, name, version)  # type: ignore[misc]
            )
            if number % 2:
                rolled_back.append(delay_ms(lambda: first.bundle(name).roll_back("activation"), third, name, before))
                first.bundle(name).activate(None)
                delay_ms(lambda: None, third, name, settings_version)
            before = settings_version if number % 2 else version
    for what, found in (("activation", loaded), ("rollback", rolled_back)):
        print(f"{what}: median {statistics.median(found):.0f} ms, longest {max(found):.0f} ms, of {len(found)}")


if __name__ == "__main__":
    main()
