"""HAProxy with the configuration of deploy/, in front of servers on loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from tests.serving.servers.running import wait_until_ready

CONFIGURATION = Path(__file__).parents[3] / "deploy" / "haproxy" / "haproxy.cfg"


def find_haproxy() -> str:
    found = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found is not None, "HAProxy is not installed; .ci/haproxy does that"
    return found


@contextlib.contextmanager
def running_haproxy(folder: Path, urls: Sequence[str]) -> Iterator[str]:
    """Run it in front of three servers; gives its address once one of them answers through it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    servers = {f"TOUCHSTONE_{number}": url.removeprefix("http://") for number, url in enumerate(urls, start=1)}
    with (folder / "haproxy.log").open("ab") as log:
        process = subprocess.Popen(
            [find_haproxy(), "-db", "-f", CONFIGURATION],
            env={**os.environ, **servers, "TOUCHSTONE_BIND": address},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        with httpx.Client(base_url=f"http://{address}", timeout=5) as http:
            wait_until_ready(http)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(30)
