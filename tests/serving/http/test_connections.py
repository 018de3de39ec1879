"""Connections that send nothing, too little or too much, and readers that don't read: what they and others see."""

from __future__ import annotations

import contextlib
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from serving.http.protocol import MAX_HEAD_BYTES
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.raw_http import check_head, connect, ends, get, multipart, read_answer
from tests.serving.servers.running import Running, run_in_process


def test_a_head_that_comes_byte_by_byte_is_answered_408(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.5)
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")

        def answered() -> bool:
            connection.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                return bool(connection.recv(1, socket.MSG_PEEK))
            connection.sendall(b"a")  # never at rest, never whole
            return False

        until(answered)
        answer = read_answer(connection)
        assert (answer.status, b'"head_timed_out"' in answer.body) == (408, True)
        assert answer.headers["x-request-id"].encode() in answer.body
        assert ends(connection)


def test_a_connection_that_sends_nothing_is_closed_without_a_word(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.2)
    with connect(server) as connection:
        assert connection.recv(100) == b""


def test_line_ends_before_a_request_do_not_keep_a_connection(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.3, keep_alive_s=0.3)
    with connect(server) as connection:
        connection.sendall(get())
        assert read_answer(connection).status == 200

        def closed() -> bool:
            time.sleep(0.05)
            try:
                connection.sendall(b"\r\n")
            except ConnectionError:
                return True
            return False

        until(closed)


def test_a_connection_at_rest_is_kept_for_its_time_and_then_closed(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.1, keep_alive_s=1.5)
    with connect(server) as connection:
        connection.sendall(get())
        assert read_answer(connection).status == 200
        time.sleep(0.8)  # longer than a head may take: between requests there is no head yet
        connection.sendall(get())
        assert read_answer(connection).status == 200
        assert connection.recv(100) == b""


def test_a_request_in_hand_is_not_bound_by_the_times_of_heads(start: Callable[..., Running]) -> None:
    server = start(store="none", threads=1, head_timeout_s=0.1, keep_alive_s=0.1)
    body = multipart(jpeg())
    with connect(server) as connection:
        with occupied(server):
            connection.sendall(check_head(len(body)) + body)
            time.sleep(1.5)  # some sweeps
        assert read_answer(connection).status == 200


def test_a_head_without_end_is_answered_431(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 10 * MAX_HEAD_BYTES:
                connection.sendall(b"X: " + b"x" * 4096 + b"\r\n")
                sent += 4096
        answer = read_answer(connection)
        assert (answer.status, b'"head_too_large"' in answer.body) == (431, True)


def test_what_is_no_http_is_a_problem_as_everything_else(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = read_answer(connection)
        assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
        assert b'"http_malformed"' in answer.body
        assert ends(connection)


def test_a_long_head_that_turns_out_malformed_is_answered_once(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(server) as connection:
        for part in (b"GET / HTTP/1.1\r\n", (b"X: " + b"x" * 1024 + b"\r\n") * 60, b"\x00" * 8192):
            connection.sendall(part)
            time.sleep(0.2)  # so that each arrives by itself
        answer = read_answer(connection)
        assert (answer.status, b'"http_malformed"' in answer.body) == (400, True)
        assert ends(connection)
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_a_malformed_chunk_ends_the_check_that_it_belongs_to(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(check_head(None) + b"not a length\r\n")
        assert read_answer(connection).status == 400
        assert ends(connection)


def test_requests_without_number_on_one_connection_are_cut_off(start: Callable[..., Running]) -> None:
    server = start(store="none", threads=1)
    body = multipart(jpeg())
    with occupied(server), connect(server) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(check_head(len(body)) + body + get() * 5000)
        assert ends(connection)
    assert server.http.get("/healthz").status_code == 200


def test_a_few_requests_in_a_row_are_answered_in_order(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(get("/healthz") + get("/nowhere") + get("/healthz", "Connection: close"))
        answers = connection.makefile("rb").read()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"404", b"200"]


def test_a_reader_that_takes_nothing_is_cut_off_and_what_it_asked_for_is_let_go(start: Callable[..., Running]) -> None:
    server = start(send_timeout_s=0.5)
    photo = jpeg(size=(1600, 1200))
    check_id = server.answer(photo)["check_id"]
    cut_off = 'connections_closed_total{reason="slow_reader"} 1.0'
    with connect(server, receive_buffer=4096) as connection:
        connection.sendall(get(f"/v1/checks/{check_id}/photos/0") * 10)  # more than the kernel's buffers take
        until(lambda: cut_off in server.http.get("/metrics").text)
        until(lambda: server.services.body_memory.held == 0)
    assert server.http.get(f"/v1/checks/{check_id}/photos/0").status_code == 200


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


def test_10_000_connections_that_say_nothing_leave_room_for_those_that_do(tiny_bundle: Path, tmp_path: Path) -> None:
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
