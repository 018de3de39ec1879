from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from serving.jobs.config import JobSettings
from serving.store.database.named_store import DATABASE_FILE
from serving.store.photos.location import PHOTO_FOLDER
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.running import Running
from tests.serving.servers.sent_jobs import ended, line_of, results, send_job


def lines(count: int) -> list[str]:
    return [line_of(str(number), jpeg(seed=number, size=(64, 64))) for number in range(count)]


def test_a_server_that_stops_gives_back_its_lines_and_its_next_start_judges_each_once(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    with occupied(server):
        location = send_job(server.http, lines(20)).headers["location"]
        until(lambda: server.http.get(location).json()["counts"]["running"] > 0)
    server.stop()
    with sqlite3.connect(tmp_path / "store" / DATABASE_FILE) as connection:
        states = dict(connection.execute("SELECT state, max(attempts) FROM job_lines GROUP BY state"))
    connection.close()
    assert "running" not in states
    assert states.get("waiting", 0) == 0  # not counted as an attempt
    again = start()
    assert ended(again.http, location)["counts"]["judged"] == 20
    assert again.http.get("/v1/checks/counts").json()["total"] == 20


def test_a_failure_that_passes_is_tried_again_and_one_that_stays_is_parked_with_its_reason(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start(jobs=JobSettings(attempts=2, poll_s=0.05))
    photos = tmp_path / "store" / PHOTO_FOLDER
    with occupied(server):
        location = send_job(server.http, lines(3)).headers["location"]
        photos.rename(tmp_path / "photos")
        photos.write_text("no folder")  # no photo can be read or stored
    until(lambda: any(server.http.get(f"{location}/lines/{n}").json()["error"] for n in (1, 2, 3)))
    waiting = next(found for n in (1, 2, 3) if (found := server.http.get(f"{location}/lines/{n}").json())["error"])
    assert (waiting["state"], waiting["error"]["code"]) == ("waiting", "store_unavailable")
    job = ended(server.http, location)
    assert job["counts"]["parked"] == 3
    assert {one["error"]["code"] for one in results(server.http, location)} == {"store_unavailable"}
    assert {one["attempts"] for one in results(server.http, location)} == {2}
    refused = send_job(server.http, lines(1))
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    photos.unlink()
    (tmp_path / "photos").rename(photos)
    server.http.post(f"{location}/replay")
    assert ended(server.http, location)["counts"]["judged"] == 3


def test_a_line_that_takes_too_long_is_parked_with_its_deadline(start: Callable[..., Running]) -> None:
    server = start(jobs=JobSettings(attempts=1, line_timeout_s=0.1))
    jobs = server.services.jobs
    assert jobs is not None
    gate = threading.Event()
    hold = asyncio.run_coroutine_threadsafe
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    held = hold(jobs.lines_compute.run_all([gate.wait] * jobs.lines_compute.threads), loop)
    try:
        location = send_job(server.http, lines(1)).headers["location"]
        ended(server.http, location)
        (parked,) = results(server.http, location)
        assert parked["error"]["code"] == "deadline_exceeded"
        assert "jobs.line_timeout_s" in parked["error"]["message"]
    finally:
        gate.set()
        held.result(timeout=30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_a_small_job_does_not_wait_for_a_large_one(start: Callable[..., Running]) -> None:
    server = start(threads=1)
    with occupied(server):
        large = send_job(server.http, lines(40)).headers["location"]
        small = send_job(server.http, lines(4)).headers["location"]
    last = {}
    for location in (large, small):
        ended(server.http, location)
        last[location] = max(one["check"]["check_id"] for one in results(server.http, location))  # by time
    assert last[small] < last[large]
