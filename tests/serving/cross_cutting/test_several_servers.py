"""Three servers behind HAProxy on one PostgreSQL and one object storage, one of them killed for good under load."""

from __future__ import annotations

import concurrent.futures
import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from serving.client import Client
from serving.client.calls import Retries
from serving.schemas.checks import Check
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.photos.photo_files import photo_path
from tests.serving.builders.new_checks import digest
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.haproxy import running_haproxy
from tests.serving.servers.object_storage import Bucket
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import run_in_process

LISTINGS = 90
KILLED_AFTER = 30
LIMIT_S = 30.0  # an activation takes some 10 ms to arrive; this only ends a test that fails
# A key in the hands of the killed server is free after 20 s (serving/store/idempotency_rows.py).
PATIENT = Retries(attempts=100, longest_wait_s=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The proxy's address, and the servers' processes and addresses behind it."""

    url: str
    processes: list[subprocess.Popen[str]]
    urls: list[str]
    database: str


@pytest.fixture
def site(
    tmp_path: Path, tiny_bundle: Path, candidates: Path, bucket: Bucket, postgresql: PostgresqlServer
) -> Iterator[Site]:
    with contextlib.ExitStack() as started:
        database = started.enter_context(postgresql.store())
        settings = [
            f"database={database}",
            f"photos={bucket.location}",
            f"object_storage.endpoint={bucket.endpoint}",
            "object_storage.allow_http=true",
            f"bundles_folder={candidates}",
            "threads=1",
        ]
        folders = [tmp_path / f"server{number}" for number in (1, 2, 3)]
        for folder in folders:
            folder.mkdir()
        servers = [started.enter_context(run_in_process(folder, tiny_bundle, *settings)) for folder in folders]
        urls = [url for _, url in servers]
        url = started.enter_context(running_haproxy(tmp_path, urls))
        yield Site(
            url=url, processes=[process for process, _ in servers], urls=urls, database=database.rpartition("/")[2]
        )


def photo_of(number: int) -> bytes:
    return jpeg(RED, seed=number)


def wait_for_version(url: str, version: str) -> float:
    """Wait until a server's active bundle has this version; gives the seconds."""
    start = time.monotonic()
    with Client(url) as client:
        while client.bundle("tiny").state().state.active.version != version:
            assert time.monotonic() - start < LIMIT_S
            time.sleep(0.005)
    return time.monotonic() - start


def checks_judged(url: str) -> int:
    lines = httpx.get(f"{url}/metrics", timeout=30).text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("touchstone_checks_total{"))


@pytest.mark.slow
def test_a_server_killed_under_load_loses_and_doubles_nothing_and_the_others_go_on(
    site: Site, bucket: Bucket, postgresql: PostgresqlServer
) -> None:
    with Client(site.urls[0]) as client:
        client.bundle("tiny").activate("v2")
    for url in site.urls[1:]:
        wait_for_version(url, "2")
    answers: dict[str, Check] = {}

    def send(number: int) -> None:
        listing = f"listing-{number}"
        answers[listing] = client.check([photo_of(number)], listing_id=listing, idempotency_key=f"key-{number}")

    with Client(site.url, retries=PATIENT) as client, concurrent.futures.ThreadPoolExecutor(6) as senders:
        sent = [senders.submit(send, number) for number in range(LISTINGS)]
        while len(answers) < KILLED_AFTER:
            assert not any(one.done() and one.exception() for one in sent)
            time.sleep(0.01)
        judged = [checks_judged(url) for url in site.urls]
        assert min(judged) > 0  # the proxy gives to all of them
        site.processes[0].send_signal(signal.SIGKILL)
        for one in sent:
            one.result(timeout=120)
    assert len(answers) == LISTINGS
    assert {check.bundle.version for check in answers.values()} == {"2"}

    stored = postgresql.run(site.database, "SELECT listing_id, check_id FROM checks")
    assert sorted(stored) == sorted((listing, check.check_id) for listing, check in answers.items())
    assert bucket.keys() == {f"{PHOTO_FOLDER}/{photo_path(digest(photo_of(number)))}" for number in range(LISTINGS)}
    with Client(site.url, retries=PATIENT) as client:  # sent again, each gets the answer that it had
        for number in range(0, LISTINGS, 9):
            listing = f"listing-{number}"
            again = client.check([photo_of(number)], listing_id=listing, idempotency_key=f"key-{number}")
            assert again.check_id == answers[listing].check_id
        client.bundle("tiny").roll_back("activation")
    for url in site.urls[1:]:
        wait_for_version(url, "1")
