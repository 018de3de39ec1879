from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from serving.fetch.config import FetchSettings
from serving.jobs.config import JobSettings
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.servers.loopback_only import loopback_only
from tests.serving.servers.photo_host import PhotoHost, Script, Visit, photo_host
from tests.serving.servers.running import Running
from tests.serving.servers.sent_jobs import ended, results


@pytest.fixture
def host() -> Iterator[PhotoHost]:
    """Gives a red photo and a blue one; `/returns` fails at first, `/fails` always."""
    visits = itertools.count()

    def returns(visit: Visit) -> None:
        failed = next(visits) < 2
        visit.answer("500 Internal Server Error" if failed else "200 OK", body=b"" if failed else jpeg(RED))

    scripts: dict[str, Script] = {
        "/red.jpg": lambda visit: visit.answer("200 OK", body=jpeg(RED)),
        "/blue.jpg": lambda visit: visit.answer("200 OK", body=jpeg(BLUE)),
        "/returns": returns,
        "/fails": lambda visit: visit.answer("500 Internal Server Error"),
    }
    with loopback_only(), photo_host(scripts) as running:
        yield running


@pytest.fixture
def site(start: Callable[..., Running], host: PhotoHost) -> Running:
    fetch = FetchSettings(enabled=True, allow_networks=("127.0.0.0/8",), ports=(host.port,))
    return start(fetch=fetch, jobs=JobSettings(attempts=3, poll_s=0.05))


def send_manifest(server: Running, host: PhotoHost, *rows: tuple[str, str]) -> str:
    lines = ["photo,listing", *(f"http://127.0.0.1:{host.port}{path},{listing}" for path, listing in rows)]
    body = "\n".join(lines).encode()
    response = server.http.post("/v1/jobs", content=body, headers={"Content-Type": "text/csv"})
    assert response.status_code == 202, response.text
    location: str = response.headers["location"]
    return location


def test_the_photos_of_a_manifest_are_fetched_and_judged(site: Running, host: PhotoHost) -> None:
    location = send_manifest(site, host, ("/red.jpg", "a"), ("/red.jpg", "a"), ("/blue.jpg", "b"))
    ended(site.http, location)
    found = {one["listing_id"]: one["check"] for one in results(site.http, location)}
    assert {name: check["outcome"] for name, check in found.items()} == {"a": "genuine", "b": "counterfeit"}
    assert [photo["source_url"] for photo in found["b"]["photos"]] == [f"http://127.0.0.1:{host.port}/blue.jpg"]


def test_a_photo_that_comes_at_a_later_try_is_waited_for(site: Running, host: PhotoHost) -> None:
    location = send_manifest(site, host, ("/returns", "a"), ("/red.jpg", "a"))
    ended(site.http, location)
    (found,) = results(site.http, location)
    assert found["attempts"] > 1
    assert [photo["error"] for photo in found["check"]["photos"]] == [None, None]


def test_at_the_last_try_a_listing_is_judged_by_the_photos_that_came(site: Running, host: PhotoHost) -> None:
    location = send_manifest(site, host, ("/fails", "a"), ("/red.jpg", "a"), ("/fails", "b"))
    ended(site.http, location)
    judged, parked = sorted(results(site.http, location), key=lambda one: str(one["listing_id"]))
    assert [photo["error"] and photo["error"]["code"] for photo in judged["check"]["photos"]] == [
        "fetch_host_failed", None,
    ]  # fmt: skip
    assert (judged["attempts"], parked["attempts"]) == (3, 3)
    assert (parked["state"], parked["error"]["code"]) == ("parked", "fetch_host_failed")


def test_a_server_that_fetches_nothing_parks_photos_by_url(start: Callable[..., Running], host: PhotoHost) -> None:
    server = start()
    location = send_manifest(server, host, ("/red.jpg", "a"))
    ended(server.http, location)
    (parked,) = results(server.http, location)
    assert (parked["state"], parked["error"]["code"]) == ("parked", "url_photos_unsupported")
