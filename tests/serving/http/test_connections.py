"""Idle connections, and more connections than there may be: what they and others see."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.raw_http import check_head, connect, get, multipart, read_answer
from tests.serving.servers.running import Running, run_in_process


def test_a_connection_that_sends_nothing_is_closed_without_an_answer(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.2)
    with connect(server) as connection:
        assert connection.recv(100) == b""


def test_an_idle_connection_is_kept_for_its_time_and_then_closed(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.1, keep_alive_s=1.5)
    with connect(server) as connection:
        connection.sendall(get())
        assert read_answer(connection).status == 200
        time.sleep(0.8)  # longer than a head may take: between requests there is no head yet
        connection.sendall(get())
        assert read_answer(connection).status == 200
        assert connection.recv(100) == b""


def test_one_connection_more_closes_the_one_without_a_request_for_longest(start: Callable[..., Running]) -> None:
    server = start(store="none", max_connections=4)
    server.http.close()
    with contextlib.ExitStack() as stack:
        first, *others = [stack.enter_context(connect(server)) for _ in range(4)]
        time.sleep(0.2)  # all are in
        late = stack.enter_context(connect(server))
        late.sendall(get())
        assert read_answer(late).status == 200
        assert first.recv(1) == b""
        others[-1].sendall(get())
        assert read_answer(others[-1]).status == 200


def test_when_every_connection_has_a_request_one_more_is_answered_503_and_later_taken(
    start: Callable[..., Running],
) -> None:
    server = start(store="none", max_connections=2, threads=1)
    body = multipart(jpeg())
    server.http.close()
    with contextlib.ExitStack() as stack:
        busy = [stack.enter_context(connect(server)) for _ in range(2)]
        with occupied(server):
            for connection in busy:
                connection.sendall(check_head(len(body)) + body)
            until(lambda: server.services.compute.waiting == 2)
            with connect(server) as late:
                late.sendall(get())
                answer = read_answer(late)
                assert (answer.status, b'"too_many_connections"' in answer.body) == (503, True)
                assert "retry-after" in answer.headers
        assert [read_answer(connection).status for connection in busy] == [200, 200]
        with connect(server) as later:
            later.sendall(get())
            assert read_answer(later).status == 200


def test_more_connections_than_files_do_not_take_the_server_down(tiny_bundle: Path, tmp_path: Path) -> None:
    """With as few files as this, accepting itself fails (EMFILE); the server neither spins nor stays deaf."""
    files = 120
    launcher = [
        sys.executable,
        "-c",
        f"import resource, os, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files})); "
        "os.execv(sys.argv[1], sys.argv[1:])",
    ]
    with run_in_process(tmp_path, tiny_bundle, "store=none", launcher=launcher) as (process, url):
        with contextlib.ExitStack() as stack:
            for _ in range(3 * files):
                stack.enter_context(connect(url))
            before = cpu_seconds(process)
            time.sleep(1.0)
            assert cpu_seconds(process) - before < 0.7
        assert httpx.get(f"{url}/healthz", timeout=30).status_code == 200
    assert "max_connections" in (tmp_path / "log.txt").read_text()


@pytest.mark.slow
def test_10_000_silent_connections_leave_room_for_requests(tiny_bundle: Path, tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10_000, hard - 500)
    try:
        with (
            run_in_process(tmp_path, tiny_bundle, "store=none") as (process, url),
            contextlib.ExitStack() as stack,
            httpx.Client(base_url=url, timeout=60) as http,
        ):
            http.get("/healthz")
            before_kb = resident_kb(process)
            for number in range(count):
                stack.enter_context(connect(url, timeout_s=60))
                if number % 2000 == 0:
                    assert http.get("/readyz").status_code == 200
            files = [("photos", ("a.jpg", jpeg(), "image/jpeg"))]
            assert http.post("/v1/checks", files=files).status_code == 200
            open_now = float(http.get("/metrics").text.partition("\ntouchstone_connections_open ")[2].split()[0])
            assert open_now <= 4096
            assert resident_kb(process) - before_kb < 150 * 1024
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def resident_kb(process: subprocess.Popen[str]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
