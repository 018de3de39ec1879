"""A server in a process of its own: how it starts, what it refuses, how it stops, and that it loses nothing."""

from __future__ import annotations

import concurrent.futures
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from serving.server import address_of, open_socket
from serving.settings import ServeSettings, read_serve_settings, refuse_open_access
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import files_of, run_in_process
from vision.config.cpu_limits import usable_cores
from vision.errors import ConfigError

BUNDLE = Path("bundle")


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.01)


def test_importing_the_app_is_quick_and_brings_no_torch() -> None:
    """Against the libraries it can't do without: seconds alone say as much about the machine as about the app."""
    program = (
        "import time, sys; start = time.process_time(); "
        "import fastapi, numpy, onnxruntime, PIL.Image, sqlalchemy.orm; libraries = time.process_time() - start; "
        "import serving.app; own = time.process_time() - start - libraries; "
        "heavy = {'torch', 'training', 'alembic', 'onnx'} & set(sys.modules); "
        "print(own / libraries, ','.join(sorted(heavy)))"
    )
    answers = [subprocess.check_output([sys.executable, "-c", program], text=True).split(" ") for _ in range(3)]
    assert [heavy.strip() for _, heavy in answers] == ["", "", ""]
    assert min(float(ratio) for ratio, _ in answers) < 0.75


def test_the_line_to_click_names_an_address_that_opens() -> None:
    for host, shown in (("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")):
        with open_socket(host, 0) as listener:
            assert re.fullmatch(re.escape(shown) + r"\d+", address_of(listener))


def test_a_port_that_is_taken_is_said_with_the_key_to_change() -> None:
    with open_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port: {port} is taken"):
            open_socket("127.0.0.1", port)
    with pytest.raises(ConfigError, match="host: cannot listen"):
        open_socket("no-such-host.invalid", 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_beyond_loopback_a_key_or_a_clear_word_is_needed(host: str) -> None:
    with pytest.raises(ConfigError, match="no API key is set"):
        refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host))
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host, api_key="k"))
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host, allow_open=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_on_loopback_no_key_is_needed(host: str) -> None:
    refuse_open_access(ServeSettings(bundle=(BUNDLE,), host=host))


def test_settings_are_read_from_file_overrides_and_environment(tmp_path: Path) -> None:
    file = tmp_path / "serve.toml"
    file.write_text('bundle = ["a", "b"]\napi_key = "file"\n[products.toy]\ncounterfeit_share = 0.1\n')
    settings = read_serve_settings(file, ["port=9", "store=none"], {})
    assert settings.bundle == (Path("a"), Path("b"))
    assert (settings.port, settings.store_folder, settings.api_key) == (9, None, "file")
    assert settings.products["toy"].counterfeit_share == 0.1
    assert read_serve_settings(file, [], {"TOUCHSTONE_API_KEY": "environment"}).api_key == "environment"
    assert read_serve_settings(file, [], {"TOUCHSTONE_API_KEY": ""}).api_key == "file"
    assert settings.compute_threads == usable_cores()


@pytest.mark.parametrize(
    "override",
    [
        "max_photos=13",
        "max_photos=0",
        "port=70000",
        "retention_days=0",
        "products.toy.counterfeit_share=1",
        "bundle=[]",
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(tmp_path: Path, override: str) -> None:
    file = tmp_path / "serve.toml"
    file.write_text('bundle = "a"\n')
    with pytest.raises(ConfigError, match=override.partition("=")[0].rpartition(".")[2]):
        read_serve_settings(file, [override], {})


def test_a_missing_bundle_stops_the_start_with_one_line(tmp_path: Path) -> None:
    config = tmp_path / "serve.toml"
    config.write_text(f'bundle = "{tmp_path / "nowhere"}"\nport = 0\nstore = "none"\n')
    command = [sys.executable, "-m", "vision.cli.main", "serve", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "[bundle_invalid]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_sigterm_finishes_what_runs_and_then_stops(tiny_bundle: Path, tmp_path: Path) -> None:
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


def test_json_log_lines_carry_the_request_id_and_nothing_of_the_caller(tiny_bundle: Path, tmp_path: Path) -> None:
    with (
        run_in_process(
            tmp_path, tiny_bundle, "log_format=json", environment={"TOUCHSTONE_API_KEY": "very-secret-key"}
        ) as (_, url),
        httpx.Client(base_url=url, headers={"Authorization": "Bearer very-secret-key"}) as http,
    ):
        response = http.post(
            "/v1/checks", files=files_of([jpeg()], {"listing_id": "private-id"}), headers={"X-Request-ID": "trace-1"}
        )
        assert response.headers["x-request-id"] == "trace-1"
        wait_for(lambda: '"request_id": "trace-1"' in (tmp_path / "log.txt").read_text())  # written after the answer
    log = (tmp_path / "log.txt").read_text()
    assert '"status": 200' in log
    assert "very-secret-key" not in log
    assert "private-id" not in log
