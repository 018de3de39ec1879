"""Every server that is measured: how it starts, what it is sent, and when it is ready."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from benchmarks.serving.load import Form, Load, names, run_load
from benchmarks.serving.photos import photos_of
from benchmarks.serving.process_tree import ProcessTree, stop_process
from benchmarks.serving.work_folder import ROOT, VENVS
from vision.bundle.bundle import Bundle

Kind = Literal["touchstone", "tutorial", "tuned", "same_pipeline"]
START_S: Final = 120.0
_KEEP_FREED: Final = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "2147483647"}
_ONE_THREAD: Final = {"THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One way to serve a bundle's network. `{port}` in the command is the port that it gets."""

    name: str
    kind: Kind
    command: tuple[str, ...]
    path: str
    form: Form
    photos_a_request: int = 1
    product: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers."""

    server: Server
    port: int
    process: subprocess.Popen[bytes]

    @property
    def tree(self) -> ProcessTree:
        """Its processes."""
        return ProcessTree(self.process.pid)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def load(self, photos: Sequence[Path], seconds: float, **how: object) -> Load:
        """A load on it; `how` are a Load's other fields."""
        server = self.server
        fixed = {"port": self.port, "path": server.path, "form": server.form, "product": server.product}
        fixed |= {"photos_a_request": server.photos_a_request, "photos": names(photos), "seconds": seconds}
        return Load(**fixed, **how)  # type: ignore[arg-type]


def touchstone(
    bundle: Bundle,
    *,
    store: str,
    scratch: Path,
    name: str | None = None,
    overrides: Sequence[str] = (),
    photos_a_check: int = 1,
) -> Server:
    """`touchstone serve` of a bundle, with `store` a folder or none, and with `overrides` of settings, KEY=VALUE each.

    Checks are of the bundle's first product.
    """
    config = scratch / "serve.toml"
    config.write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "vision.cli.main", "serve", str(config)]
    for override in (*overrides, f"bundle={bundle.folder.resolve()}", "port={port}", f"store={store}"):
        command += ["--set", override]
    products = bundle.metadata.products
    return Server(
        name=name or ("touchstone" if store == "none" else "touchstone, stored"),
        kind="touchstone",
        command=tuple(command),
        path="/v1/checks",
        form="photos",
        photos_a_request=photos_a_check,
        product=products[0] if len(products) > 1 else None,
    )


def peers(bundle: Bundle) -> tuple[Server, ...]:
    """The other servers: set up as in their tutorials, with malloc tuned, and with Touchstone's own pipeline."""
    graph = next(graph.file for graph in bundle.metadata.graphs if graph.precision == "fp32")
    shared = {
        "PYTHONPATH": str(ROOT),
        "BUNDLE": str(bundle.folder),
        "GRAPH": str(bundle.folder / graph),
        "SIZE_PX": str(bundle.metadata.geometry.size_px),
    }
    tutorial = {**shared, "PIPELINE": "tutorial", "BATCH": "8"}
    fast = {**shared, **_ONE_THREAD, "PIPELINE": "fast", "BATCH": "1"}  # a batch would only wait, on a CPU
    tutorials = (
        _fastapi("fastapi, 1 process, def", "tutorial", "app_def", 1, tutorial),
        _fastapi("fastapi, 2 workers", "tutorial", "app_async", 2, {**tutorial, **_ONE_THREAD}),
        _litserve("litserve", "tutorial", {**tutorial, **_ONE_THREAD}),
        _mosec("mosec", "tutorial", {**tutorial, **_ONE_THREAD}),
        _bentoml("bentoml", {**tutorial, **_ONE_THREAD}),
    )
    return (
        *tutorials,
        *(_tuned(server) for server in tutorials),
        _fastapi("fastapi, 2 workers, same pipeline", "same_pipeline", "app_async", 2, fast),
        _litserve("litserve, same pipeline", "same_pipeline", fast),
        _mosec("mosec, same pipeline", "same_pipeline", fast),
    )


@contextlib.contextmanager
def run_server(server: Server, log: Path) -> Iterator[Running]:
    """Start a server and wait until it has judged a photo; stopped with all its processes at the end.

    Raises RuntimeError, which names the log, where it does not start.
    """
    running = start_server(server, log)
    try:
        yield running
    finally:
        stop_process(running.process)


def start_server(server: Server, log: Path, port: int | None = None) -> Running:
    """Start a server and wait until it has judged a photo; the caller stops it."""
    port = port or free_port()
    command = [part.replace("{port}", str(port)) for part in server.command]
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **server.environment},
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    running = Running(server=server, port=port, process=process)
    end = time.monotonic() + START_S
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > end:
            stop_process(process)
            raise RuntimeError(f"{server.name} did not start; see {log}")
        time.sleep(0.1)
    while run_load(running.load(photos_of("small"), 30, clients=1, requests=1)).count(200) != 1:
        if process.poll() is not None or time.monotonic() > end:
            stop_process(process)
            raise RuntimeError(f"{server.name} does not answer 200; see {log}")
        time.sleep(0.2)
    return running


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _python(venv: str) -> str:
    return str(VENVS / venv / "bin" / "python")


def _fastapi(name: str, kind: Kind, app: str, workers: int, environment: Mapping[str, str]) -> Server:
    command = [_python("peers"), "-m", "uvicorn", f"benchmarks.serving.peers.fastapi_peer:{app}", "--host", "127.0.0.1"]
    command += ["--port", "{port}", "--workers", str(workers), "--log-level", "warning"]
    return Server(name=name, kind=kind, command=tuple(command), path="/predict", form="image", environment=environment)


def _litserve(name: str, kind: Kind, environment: Mapping[str, str]) -> Server:
    command = (_python("peers"), "-m", "benchmarks.serving.peers.litserve_peer", "{port}")
    return Server(name=name, kind=kind, command=command, path="/predict", form="image", environment=environment)


def _mosec(name: str, kind: Kind, environment: Mapping[str, str]) -> Server:
    command = [
        _python("peers"),
        "-m",
        "benchmarks.serving.peers.mosec_peer",
        "--port",
        "{port}",
        "--address",
        "127.0.0.1",
    ]
    command += ["--timeout", "60000", "--log-level", "warning"]
    return Server(name=name, kind=kind, command=tuple(command), path="/inference", form="raw", environment=environment)


def _bentoml(name: str, environment: Mapping[str, str]) -> Server:
    command = [_python("bento"), "-m", "bentoml", "serve", "benchmarks.serving.peers.bento_peer:Judge"]
    command += ["--host", "127.0.0.1", "--port", "{port}"]
    return Server(
        name=name,
        kind="tutorial",
        command=tuple(command),
        path="/predict",
        form="image",
        environment={**environment, "BENTOML_DO_NOT_TRACK": "True"},
    )


def _tuned(server: Server) -> Server:
    return Server(
        name=f"{server.name}, malloc tuned",
        kind="tuned",
        command=server.command,
        path=server.path,
        form=server.form,
        environment={**server.environment, **_KEEP_FREED},
    )
