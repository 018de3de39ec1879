"""What the machine does to a server: full disks, damaged and deleted files, threads that hang.

For each: what callers see, that it recovers by itself, and that every check answered with 200 can be read afterwards.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from serving.errors import ComputeTimedOut
from serving.store.database.named_store import DATABASE_FILE
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.photos.photo_files import photo_path
from tests.builders.photos import encode
from tests.serving.builders.new_checks import digest
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.running import Running, files_of, run_in_process

Checks = list[dict[str, Any]]


def check(http: httpx.Client, *photos: bytes) -> httpx.Response:
    return http.post("/v1/checks", files=files_of(photos))


def assert_unavailable(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["code"]) == (503, "store_unavailable"), response.text
    assert int(response.headers["retry-after"]) >= 1


def assert_all_readable(http: httpx.Client, answered: Checks) -> None:
    """Record and photo of each, as they were answered."""
    assert answered
    for answer in answered:
        again = http.get(f"/v1/checks/{answer['check_id']}").json()
        assert {name: again.get(name) for name in answer} == answer
        for photo in answer["photos"]:
            assert http.get(photo["evidence_url"]).status_code == 200


# --- a full disk


def limit_files(process: subprocess.Popen[str], largest: int) -> None:
    """No file of the process may grow beyond so many bytes: its writes fail as they do on a full disk."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


@pytest.mark.slow
def test_a_full_disk_refuses_checks_answers_reads_and_recovers(tiny_bundle: Path, tmp_path: Path) -> None:
    large = jpeg(seed=1, size=(900, 900))
    with run_in_process(tmp_path, tiny_bundle) as (process, url), httpx.Client(base_url=url, timeout=60) as http:
        answered = [check(http, jpeg(seed=seed)).json() for seed in range(10, 13)]
        log = tmp_path / "store" / f"{DATABASE_FILE}-wal"
        assert log.stat().st_size > 2 * len(jpeg(seed=20)) > 4 * (tmp_path / "log.txt").stat().st_size

        limit_files(process, log.stat().st_size)  # photos fit, records do not
        for seed in range(20, 23):
            assert_unavailable(check(http, jpeg(seed=seed)))
        assert http.get("/readyz").status_code == 503
        assert http.get("/healthz").status_code == 200
        assert_all_readable(http, answered)
        assert_unavailable(http.delete(f"/v1/checks/{answered[0]['check_id']}"))
        assert_all_readable(http, answered)

        limit_files(process, len(large) // 2)  # this photo does not fit
        assert_unavailable(check(http, large))
        assert http.get("/readyz").status_code == 503

        limit_files(process, resource.RLIM_INFINITY)
        assert http.get("/readyz").status_code == 200, http.get("/readyz").text
        answered += [check(http, photo).json() for photo in (large, jpeg(seed=20))]
        assert len(http.get("/v1/checks").json()["checks"]) == len(answered)  # what was refused is not half there
        assert_all_readable(http, answered)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
    with run_in_process(tmp_path, tiny_bundle) as (_, url), httpx.Client(base_url=url, timeout=60) as http:
        assert_all_readable(http, answered)


# --- a damaged database


@pytest.fixture
def kept(start: Callable[..., Running], tmp_path: Path) -> tuple[Path, Checks]:
    """A database file of a server that has stopped, and what it answered."""
    server = start()
    answered = [server.answer(jpeg(seed=seed)) for seed in range(12)]
    server.stop()
    return tmp_path / "store" / DATABASE_FILE, answered


def damage(file: Path, table: str) -> None:
    """Zero a page that holds rows of the table."""
    with sqlite3.connect(file) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    connection.close()
    data = bytearray(file.read_bytes())
    data[(root - 1) * size : root * size] = bytes(size)
    file.write_bytes(data)


def serve_once(folder: Path, bundle: Path) -> subprocess.CompletedProcess[str]:
    config = folder / "once.toml"
    config.write_text(f'bundle = "{bundle}"\nport = 0\nstore = "{folder / "store"}"\n', encoding="utf-8")
    command = [sys.executable, "-m", "vision.cli.main", "serve", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_a_damaged_page_stops_the_start_changes_nothing_and_a_backup_restores_all(
    kept: tuple[Path, Checks], start: Callable[..., Running], tiny_bundle: Path, tmp_path: Path
) -> None:
    file, answered = kept
    backup = file.read_bytes()
    damage(file, "photos")
    damaged = file.read_bytes()
    done = serve_once(tmp_path, tiny_bundle)
    assert done.returncode == 1
    printed = done.stderr.replace("\n", " ")
    assert "[config_invalid]" in printed
    assert "Restore it from a backup" in printed
    assert "Traceback" not in printed
    assert file.read_bytes() == damaged
    file.write_bytes(backup)
    assert_all_readable(start().http, answered)


def test_what_a_damaged_page_held_is_answered_503_and_the_rest_is_read(
    kept: tuple[Path, Checks], start: Callable[..., Running]
) -> None:
    file, answered = kept
    backup = file.read_bytes()
    damage(file, "photos")
    server = start(check_store=False)
    for answer in answered:
        assert_unavailable(server.http.get(answer["photos"][0]["evidence_url"]))
    assert server.http.get("/healthz").status_code == 200
    server.stop()
    file.write_bytes(backup)
    assert_all_readable(start().http, answered)


def test_a_removed_database_is_not_written(start: Callable[..., Running], tmp_path: Path) -> None:
    """SQLite itself would go on, and all of it would be gone with the process."""
    server = start()
    answered = [server.answer(jpeg(seed=1))]
    file, away = tmp_path / "store" / DATABASE_FILE, tmp_path / "away"
    file.rename(away)
    assert_unavailable(server.check(jpeg(seed=2)))
    assert server.http.get("/readyz").status_code == 503
    away.rename(file)
    assert server.http.get("/readyz").status_code == 200
    answered.append(server.answer(jpeg(seed=2)))
    assert_all_readable(server.http, answered)


# --- a deleted photo folder


def test_a_photo_folder_deleted_under_load_loses_no_check_that_is_answered_afterwards(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    before, after, statuses = [server.answer(jpeg(seed=1))], [], set()
    deleted, enough = threading.Event(), threading.Event()

    def send(worker: int) -> None:
        for count in range(10_000):
            late = deleted.is_set()
            response = server.check(jpeg(seed=1000 * worker + count, size=(64, 64)))
            statuses.add(response.status_code)
            if late and response.status_code == 200:
                after.append(response.json())
            if enough.is_set():
                return

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        work = [pool.submit(send, worker) for worker in range(1, 4)]
        try:
            until(lambda: len(statuses) > 0)
            shutil.rmtree((tmp_path / "store" / PHOTO_FOLDER).rename(tmp_path / "gone"))
            deleted.set()
            until(lambda: len(after) >= 10)
        finally:
            enough.set()
        for done in work:
            done.result()
    assert statuses <= {200, 503}
    assert_all_readable(server.http, after)
    assert server.http.get(f"/v1/checks/{before[0]['check_id']}").status_code == 200  # the record; its photo is gone
    assert server.http.get(before[0]["photos"][0]["evidence_url"]).json()["code"] == "photo_not_found"
    again = server.answer(jpeg(seed=1))  # the same photo brings the bytes back, for the older check too
    assert (tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(jpeg(seed=1)))).exists()
    assert_all_readable(server.http, [*before, again])


# --- photos and threads that take too long


def slow_photo() -> bytes:
    """A progressive JPEG of 20 megapixels and some 50 scans: the slowest that is let in, about half a second."""
    data = encode(Image.new("RGB", (5000, 4000), RED), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * 45 + b"\xff\xd9"


def test_a_photo_that_takes_too_long_is_answered_503_and_the_next_one_is_judged(start: Callable[..., Running]) -> None:
    server = start(threads=1, photo_timeout_s=0.1)
    answered = [server.answer(jpeg(seed=1))]
    response = server.check(slow_photo())
    assert (response.status_code, response.json()["code"]) == (503, "compute_timed_out")
    assert int(response.headers["retry-after"]) >= 1
    until(lambda: server.services.compute.unfinished == 0)
    answered.append(server.answer(jpeg(seed=2)))
    assert len(server.http.get("/v1/checks").json()["checks"]) == 2
    assert_all_readable(server.http, answered)


def test_a_server_whose_threads_all_hang_reports_it_and_goes_on_when_one_ends(start: Callable[..., Running]) -> None:
    server = start(threads=1, photo_timeout_s=0.2)
    gate = threading.Event()
    compute = server.services.compute
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        hanging = [pool.submit(lambda: asyncio.run(compute.run(gate.wait))) for _ in range(2)]
        assert all(isinstance(piece.exception(timeout=30), ComputeTimedOut) for piece in hanging)
        for path in ("/healthz", "/readyz"):
            assert server.http.get(path).status_code == 503
        assert server.http.get("/healthz").json()["code"] == "compute_timed_out"
        gate.set()
    until(lambda: server.http.get("/healthz").status_code == 200)
    assert_all_readable(server.http, [server.answer(jpeg(seed=3))])


def test_a_photo_over_the_pixel_limit_is_refused_before_decoding(start: Callable[..., Running]) -> None:
    server = start(max_photo_pixels=240 * 180 - 1)
    response = server.check(jpeg())
    assert (response.status_code, response.json()["code"]) == (422, "photo_too_many_pixels")
