"""A server in a process of its own: how it starts, what it refuses, how it stops, and that it loses nothing."""

from __future__ import annotations

import concurrent.futures
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from serving.server import address_of, open_socket
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import files_of, run_in_process
from vision.errors import ConfigError


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.01)


def test_the_printed_address_opens() -> None:
    for host, shown in (("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")):
        with open_socket(host, 0) as listener:
            assert re.fullmatch(re.escape(shown) + r"\d+", address_of(listener))


def test_a_port_in_use_is_named_with_its_setting() -> None:
    with open_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port: {port} is taken"):
            open_socket("127.0.0.1", port)
    with pytest.raises(ConfigError, match="host: cannot listen"):
        open_socket("192.0.2.1", 0)  # an address of documentation, which no machine has


@pytest.mark.parametrize("host", ["x" * 300, "a..b", "\ud800"])
def test_a_host_that_is_no_name_is_refused_by_its_setting(host: str) -> None:
    with pytest.raises(ConfigError, match=r"^host: .* is no host name"):
        open_socket(host, 0)


def test_a_host_that_no_name_server_knows_is_refused_by_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ConfigError, match=r"host: cannot listen on no-such-host.invalid:0 \(Name or service"):
        open_socket("no-such-host.invalid", 0)


@pytest.mark.slow
def test_sigterm_finishes_running_requests_and_then_stops(tiny_bundle: Path, tmp_path: Path) -> None:
    photos = [jpeg(size=(3000, 2000))] * 12
    with (
        run_in_process(tmp_path, tiny_bundle, "threads=1") as (process, url),
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        pending = pool.submit(httpx.post, f"{url}/v1/checks", files=files_of(photos), timeout=60)
        wait_for(lambda: "touchstone_queue_depth 0.0" not in httpx.get(f"{url}/metrics", timeout=60).text)
        process.send_signal(signal.SIGTERM)
        response = pending.result()
        assert response.status_code == 200
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    with run_in_process(tmp_path, tiny_bundle) as (_, url):
        assert httpx.get(f"{url}/v1/checks/{response.json()['check_id']}").status_code == 200
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


@pytest.mark.slow
def test_a_kill_in_the_middle_of_load_loses_no_answered_check(tiny_bundle: Path, tmp_path: Path) -> None:
    answered: list[str] = []

    def send(url: str, worker: int) -> None:
        with httpx.Client(base_url=url, timeout=60) as http:
            for count in range(10_000):
                try:
                    response = http.post("/v1/checks", files=files_of([jpeg(seed=100_000 * worker + count)]))
                except httpx.TransportError:
                    return
                if response.status_code == 200:
                    answered.append(response.text)

    for round_number in range(2):
        with (
            run_in_process(tmp_path, tiny_bundle) as (process, url),
            concurrent.futures.ThreadPoolExecutor(4) as pool,
        ):
            work = [pool.submit(send, url, worker + 10 * round_number) for worker in range(4)]
            wait_for(lambda: len(answered) >= 10 * (round_number + 1))  # noqa: B023  called before the round ends
            process.kill()
            for done in work:
                done.result()
    with run_in_process(tmp_path, tiny_bundle) as (_, url), httpx.Client(base_url=url) as http:
        for text in answered:
            answer = httpx.Response(200, text=text).json()
            again = http.get(f"/v1/checks/{answer['check_id']}").json()
            assert {name: again[name] for name in answer} == answer
            assert http.get(answer["photos"][0]["evidence_url"]).status_code == 200


@pytest.mark.slow
def test_a_resident_server_stays_under_400_megabytes(tiny_bundle: Path, tmp_path: Path) -> None:
    with run_in_process(tmp_path, tiny_bundle) as (process, url), httpx.Client(base_url=url, timeout=60) as http:
        photos = [jpeg(seed=seed, size=(4000, 3000)) for seed in range(2)] * 4
        for _ in range(2):
            assert http.post("/v1/checks", files=files_of(photos)).status_code == 200
        status = Path(f"/proc/{process.pid}/status").read_text()
    peak_kb = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])  # type: ignore[index]
    assert peak_kb < 400 * 1024, f"{peak_kb / 1024:.0f} MB"
    print(f"peak {peak_kb / 1024:.0f} MB")
