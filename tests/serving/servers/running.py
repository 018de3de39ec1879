"""A server that really listens: uvicorn in a thread, or `touchstone serve` in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from serving.app import create_app
from serving.server import address_of, configure_uvicorn, open_socket
from serving.services import Services
from serving.settings import ServeSettings
from tests.serving.builders.stores import fill_new_store

Files = list[tuple[str, tuple[str | None, bytes, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server in a thread of this process, and an HTTP client of it."""

    url: str
    services: Services
    http: httpx.Client
    stop: Callable[[], None]

    def check(
        self, *photos: bytes, listing: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return self.http.post("/v1/checks", files=files_of(photos, listing), headers=headers)

    def answer(self, *photos: bytes, listing: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self.check(*photos, listing=listing)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


def files_of(photos: Sequence[bytes], listing: dict[str, Any] | None = None) -> Files:
    files: Files = [("photos", (f"photo_{i}.jpg", data, "image/jpeg")) for i, data in enumerate(photos)]
    if listing is not None:
        files.append(("listing", (None, json.dumps(listing).encode(), "application/json")))
    return files


@contextlib.contextmanager
def run_in_thread(settings: ServeSettings) -> Iterator[Running]:
    if settings.store_folder is not None and not settings.database:
        fill_new_store(settings.store_folder)
    app = create_app(settings)  # may refuse the settings, so before anything is open
    listener = open_socket("127.0.0.1", 0)
    server = uvicorn.Server(configure_uvicorn(app, settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    headers = {} if settings.api_key is None else {"Authorization": f"Bearer {settings.api_key}"}
    url = address_of(listener)
    http = httpx.Client(base_url=url, headers=headers, timeout=30)

    def stop() -> None:
        """Stop as SIGTERM does; again does nothing."""
        http.close()
        server.should_exit = True
        thread.join(timeout=30)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"

    try:
        wait_until_ready(http)
        yield Running(url=url, services=app.state.services, http=http, stop=stop)
    finally:
        stop()


@contextlib.contextmanager
def run_in_process(
    folder: Path,
    bundle: Path,
    *overrides: str,
    environment: dict[str, str] | None = None,
    launcher: Sequence[str] = (),
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `touchstone serve`, by a launcher that runs its arguments where one is given.

    Gives the process and the address that it printed.
    """
    config = folder / "serve.toml"
    config.write_text(f'bundle = "{bundle}"\nport = 0\nstore = "{folder / "store"}"\n', encoding="utf-8")
    arguments = ["serve", str(config)]
    for override in overrides:
        arguments += ["--set", override]
    with run_serve(arguments, folder, environment=environment, launcher=launcher) as running:
        yield running


@contextlib.contextmanager
def run_serve(
    arguments: Sequence[str],
    folder: Path,
    *,
    environment: dict[str, str] | None = None,
    launcher: Sequence[str] = (),
    working_folder: Path | None = None,
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `touchstone` with these arguments, which make it serve; its log lies in `folder`."""
    command = [*launcher, sys.executable, "-m", "vision.cli.main", *arguments]
    log = (folder / "log.txt").open("a", encoding="utf-8")
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, **(environment or {})},
        cwd=working_folder,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, (line, (folder / "log.txt").read_text())
        yield process, line.partition("Open ")[2].split()[0].rstrip("/")
    finally:
        process.kill()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
        log.close()


def wait_until_ready(http: httpx.Client) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if http.get("/readyz").status_code == 200:
                return
        time.sleep(0.01)
    raise AssertionError("the server did not get ready")
