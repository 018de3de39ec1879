"""Kills of servers while jobs arrive and run: every line is judged exactly once, and none is lost."""

from __future__ import annotations

import contextlib
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import run_in_process
from tests.serving.servers.sent_jobs import JSON_LINES, ended, line_of, results

KILLS = 20
LINES = [line_of(str(number), jpeg(seed=number, size=(64, 64))) for number in range(200)]
BODY = "\n".join(LINES).encode()
KEY = {**JSON_LINES, "Idempotency-Key": "the job"}


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(timeout=30)


def send_and_kill(http: httpx.Client, process: subprocess.Popen[str]) -> None:
    """Kill the server when half of the job has arrived."""

    def pieces() -> Iterator[bytes]:
        yield BODY[: len(BODY) // 2]
        until(lambda: http.get("/v1/jobs").json()["jobs"] != [])
        kill(process)
        yield BODY[len(BODY) // 2 :]

    with pytest.raises(httpx.TransportError):
        httpx.post(f"{http.base_url}/v1/jobs", content=pieces(), headers=KEY)


def judged(http: httpx.Client, location: str) -> int:
    count: int = http.get(location).json()["counts"]["judged"]
    return count


def assert_each_line_once(http: httpx.Client, location: str) -> None:
    job = ended(http, location)
    assert (job["counts"]["judged"], job["state"]) == (len(LINES), "completed"), job
    found = results(http, location)
    assert sorted(int(one["listing_id"]) for one in found) == list(range(len(LINES)))
    assert len({one["check"]["check_id"] for one in found}) == len(LINES)
    assert http.get("/v1/checks/counts").json()["total"] == len(LINES)
    completed = http.get("/v1/events", params={"types": "job.completed"}).json()["events"]
    assert [event["data"]["job_id"] for event in completed] == [job["job_id"]]


@contextlib.contextmanager
def serving(folder: Path, bundle: Path, *overrides: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    chosen = ("threads=1", "check_store=false", *overrides)
    with (
        run_in_process(folder, bundle, *chosen) as (process, url),
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        yield process, http


@pytest.mark.slow
def test_a_job_killed_at_twenty_points_is_judged_line_by_line_exactly_once(tiny_bundle: Path, tmp_path: Path) -> None:
    rng = random.Random(12)
    with serving(tmp_path, tiny_bundle) as (process, http):
        send_and_kill(http, process)
    location = ""
    for _ in range(KILLS - 1):
        with serving(tmp_path, tiny_bundle) as (process, http):
            response = http.post("/v1/jobs", content=BODY, headers=KEY)
            assert response.status_code == 202
            assert location in ("", response.headers["location"])
            location = response.headers["location"]
            wanted = min(len(LINES), judged(http, location) + rng.randrange(1, 12))
            until(lambda: judged(http, location) >= wanted)  # noqa: B023 called before the next round
            time.sleep(rng.random() * 0.02)
            kill(process)
    with serving(tmp_path, tiny_bundle) as (_, http):
        assert_each_line_once(http, location)


@pytest.mark.slow
def test_the_lines_of_a_server_that_is_killed_for_good_are_judged_by_the_other(
    tiny_bundle: Path, tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    with contextlib.ExitStack() as servers:
        address = servers.enter_context(postgresql.store())
        shared = (f"database={address}", f"store={tmp_path / 'photos'}", "jobs.lease_s=1", "jobs.poll_s=0.05")
        started = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            started.append(servers.enter_context(serving(tmp_path / name, tiny_bundle, *shared)))
        (first, _), (_, http) = started
        location = http.post("/v1/jobs", content=BODY, headers=KEY).headers["location"]
        until(lambda: judged(http, location) >= 30)
        kill(first)
        assert_each_line_once(http, location)
