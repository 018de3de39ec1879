from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from serving.fetch.config import FetchSettings
from serving.principal import SCOPES
from tests.serving.builders.keys import add_key_to
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.photo_host import PhotoHost, Script, Visit, photo_host
from tests.serving.servers.running import Running
from tests.serving.servers.sent_jobs import ended, results, send_job

PHOTO, OTHER = jpeg(seed=1), jpeg(seed=2)


@pytest.fixture
def host() -> Iterator[PhotoHost]:
    scripts: dict[str, Script] = {
        "/1.jpg": lambda visit: visit.answer("200 OK", body=PHOTO),
        "/2.jpg": lambda visit: visit.answer("200 OK", {"Content-Type": "text/html"}, OTHER),
        "/moved": lambda visit: visit.answer("302 Found", {"Location": "/1.jpg"}),
        "/inside": lambda visit: visit.answer("302 Found", {"Location": "http://10.0.0.1/"}),
        "/gone": lambda visit: visit.answer("410 Gone"),
        "/failing": lambda visit: visit.answer("500 Oh no"),
        "/page": lambda visit: visit.answer("200 OK", {"Content-Type": "image/jpeg"}, b"<!doctype html><p>Hello"),
        "/text": lambda visit: visit.answer("200 OK", {"Content-Type": "image/jpeg"}, b"no photo"),
        "/empty": lambda visit: visit.answer("200 OK", {"Content-Length": "0"}),
        "/hangs": lambda visit: visit.hang(),
    }
    with photo_host(scripts) as running:
        yield running


@pytest.fixture
def site(start: Callable[..., Running], host: PhotoHost) -> Running:
    """A server that may fetch from loopback, and otherwise is as it is by default."""
    return start(fetch=FetchSettings(enabled=True, allow_networks=("127.0.0.0/8",), ports=(80, host.port)))


def at(host: PhotoHost, path: str) -> dict[str, str]:
    return {"url": f"http://127.0.0.1:{host.port}{path}"}


def sent(data: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(data).decode()}


def check(site: Running, *photos: dict[str, str], key: str | None = None, **listing: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return site.http.post("/v1/checks", json={"photos": photos, **listing}, headers=headers)


def test_photos_by_url_and_as_bytes_are_judged_together_in_the_order_sent(site: Running, host: PhotoHost) -> None:
    response = check(site, at(host, "/1.jpg"), sent(OTHER), at(host, "/moved"), views=["a", "b", "c"])
    assert response.status_code == 200, response.text
    photos = response.json()["photos"]
    assert [photo["sha256"] for photo in photos] == [hashlib.sha256(data).hexdigest() for data in (PHOTO, OTHER, PHOTO)]
    assert [photo["source_url"] for photo in photos] == [at(host, "/1.jpg")["url"], None, at(host, "/moved")["url"]]
    assert [photo["error"] for photo in photos] == [None, None, None]
    uploaded = site.answer(PHOTO, OTHER, PHOTO)
    assert (response.json()["authenticity"], response.json()["outcome"]) == (
        uploaded["authenticity"],
        uploaded["outcome"],
    )


def test_a_network_opened_to_the_operator_is_not_a_members_in_checks_and_in_jobs(
    site: Running, host: PhotoHost
) -> None:
    operator = add_key_to(site, set(SCOPES))
    member_id = site.http.post(
        "/v1/members", json={"name": "A", "category": "toys", "country": "DK", "products": ["toy"]}, headers=operator
    ).json()["member_id"]
    member = add_key_to(site, set(SCOPES), member_id=member_id)
    body = {"photos": [at(host, "/1.jpg"), sent(OTHER)], "product": "toy"}

    def code_of(photo: dict[str, Any]) -> str | None:
        return None if photo["error"] is None else photo["error"]["code"]

    for key, code in ((operator, None), (member, "fetch_address_refused")):
        answer = site.http.post("/v1/checks", json=body, headers=key).json()
        assert code_of(answer["photos"][0]) == code
        site.http.headers.update(key)
        location = send_job(site.http, [json.dumps(body)]).headers["location"]
        ended(site.http, location)
        (line,) = results(site.http, location)
        assert code_of(line["check"]["photos"][0]) == code


def test_a_fetched_photo_is_stored_with_the_url_as_it_was_sent(site: Running, host: PhotoHost) -> None:
    url = at(host, "/1.jpg?size=Ü")
    answer = check(site, url).json()
    record = site.http.get(f"/v1/checks/{answer['check_id']}").json()
    assert record["photos"][0]["source_url"] == url["url"]
    assert site.http.get(f"/v1/checks/{answer['check_id']}/photos/0").status_code == 200
    assert site.http.get(answer["photos"][0]["evidence_url"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/inside", "fetch_address_refused"),
        ("/gone", "fetch_not_found"),
        ("/page", "fetch_web_page"),
        ("/text", "photo_not_an_image"),
        ("/empty", "photo_empty"),
    ],
)
def test_a_photo_that_cannot_be_fetched_costs_only_itself(site: Running, host: PhotoHost, path: str, code: str) -> None:
    answer = check(site, at(host, path), at(host, "/1.jpg")).json()
    assert answer["outcome"] == "genuine"
    assert [photo["error"] and photo["error"]["code"] for photo in answer["photos"]] == [code, None]
    assert [photo["index"] for photo in answer["photos"]] == [0, 1]
    alone = check(site, at(host, path))
    assert (alone.status_code, alone.json()["code"]) == (422, code)
    (error,) = alone.json()["errors"]
    assert (error["photo"], error["code"], error["temporary"]) == (0, code, False)


def test_a_photo_whose_host_failed_may_be_there_later(site: Running, host: PhotoHost) -> None:
    answer = check(site, at(host, "/failing"), at(host, "/1.jpg")).json()
    assert [photo["error"] and photo["error"]["temporary"] for photo in answer["photos"]] == [True, None]
    (error,) = check(site, at(host, "/failing")).json()["errors"]
    assert (error["code"], error["temporary"]) == ("fetch_host_failed", True)


def test_where_no_photo_can_be_fetched_each_has_its_error(site: Running, host: PhotoHost) -> None:
    response = check(site, at(host, "/gone"), {"url": "http://localhost:22/"}, {"url": "file:///etc/passwd"})
    assert (response.status_code, response.json()["code"]) == (422, "no_readable_photo")
    codes = [error["code"] for error in response.json()["errors"]]
    assert codes == ["fetch_not_found", "fetch_port_refused", "fetch_url_invalid"]


def test_a_retry_is_answered_as_before_though_the_url_gives_another_photo_by_then(
    site: Running, host: PhotoHost
) -> None:
    first = check(site, at(host, "/1.jpg"), key="k")
    host.scripts["/1.jpg"] = lambda visit: visit.answer("404 Not Found")
    again = check(site, at(host, "/1.jpg"), key="k")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other = check(site, at(host, "/2.jpg"), key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    bytes_of_it = check(site, sent(PHOTO), key="k")
    assert (bytes_of_it.status_code, bytes_of_it.json()["code"]) == (422, "idempotency_key_reused")


def test_a_check_that_failed_for_its_host_can_be_sent_again_under_its_key(site: Running, host: PhotoHost) -> None:
    assert check(site, at(host, "/gone"), key="k").status_code == 422
    host.scripts["/gone"] = host.scripts["/1.jpg"]
    assert check(site, at(host, "/gone"), key="k").json()["outcome"] == "genuine"


def test_a_host_that_hangs_holds_nobody_up(site: Running, host: PhotoHost) -> None:
    go_on = threading.Event()

    def answer_later(visit: Visit) -> None:
        go_on.wait(30)
        visit.answer("200 OK", body=PHOTO)

    host.scripts["/later"] = answer_later
    answered: list[httpx.Response] = []
    waiting = threading.Thread(target=lambda: answered.append(check(site, at(host, "/later"))))
    waiting.start()
    until(lambda: len(host.heads) == 1)
    assert site.answer(PHOTO)["outcome"] == "genuine"
    assert check(site, at(host, "/2.jpg")).json()["outcome"] == "genuine"
    assert answered == []
    go_on.set()
    waiting.join()
    assert answered[0].json()["outcome"] == "genuine"


def test_the_callers_deadline_ends_a_fetch(site: Running, host: PhotoHost) -> None:
    body = {"photos": [at(host, "/hangs"), at(host, "/1.jpg")]}
    response = site.http.post("/v1/checks", json=body, headers={"Request-Timeout": "0.5"})
    assert (response.status_code, response.json()["code"]) == (504, "deadline_exceeded")
    assert site.services.body_memory.held == 0


def test_a_caller_who_leaves_ends_the_fetch(site: Running, host: PhotoHost) -> None:
    ended = threading.Event()

    def wait_for_the_end(visit: Visit) -> None:
        with contextlib.suppress(OSError):
            visit.connection.recv(1)
        ended.set()

    host.scripts["/hangs"] = wait_for_the_end
    content = json.dumps({"photos": [at(host, "/hangs")]}).encode()
    head = "POST /v1/checks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
    with socket.create_connection(("127.0.0.1", int(site.url.rpartition(":")[2]))) as caller:
        caller.sendall(f"{head}{len(content)}\r\n\r\n".encode() + content)
        until(lambda: len(host.heads) == 1)
    assert ended.wait(30)


def test_fetched_bytes_count_as_memory_in_use(start: Callable[..., Running], host: PhotoHost) -> None:
    fetching = FetchSettings(enabled=True, allow_networks=("127.0.0.0/8",), ports=(host.port,))
    small = start(fetch=fetching, max_request_bytes=1000, max_bytes_in_hand=len(PHOTO) + 1000)
    assert check(small, at(host, "/1.jpg")).json()["outcome"] == "genuine"
    full = check(small, at(host, "/1.jpg"), at(host, "/2.jpg"))
    assert (full.status_code, full.json()["code"]) == (503, "memory_full")
    assert small.services.body_memory.held == 0
    assert check(small, at(host, "/1.jpg")).json()["outcome"] == "genuine"


def test_a_photo_over_the_byte_limit_is_refused_as_an_uploaded_one(
    start: Callable[..., Running], host: PhotoHost
) -> None:
    fetching = FetchSettings(enabled=True, allow_networks=("127.0.0.0/8",), ports=(host.port,))
    small = start(fetch=fetching, max_photo_bytes=len(PHOTO) - 1)
    response = check(small, at(host, "/1.jpg"))
    assert (response.status_code, response.json()["code"]) == (422, "photo_too_many_bytes")


def test_without_the_setting_no_url_is_fetched(server: Running, host: PhotoHost) -> None:
    for photos in ([at(host, "/1.jpg")], [sent(PHOTO), at(host, "/1.jpg")]):
        response = check(server, *photos)
        assert (response.status_code, response.json()["code"]) == (422, "url_photos_unsupported")
        assert "fetch.enabled" in response.json()["detail"]
    assert host.heads == []


@pytest.mark.parametrize(
    ("photo", "field"),
    [
        ({"url": ""}, "photos.0.url"),
        ({"url": 7}, "photos.0.url"),
        ({"url": "http://a.example/\x00"}, "photos.0.url"),
        ({"url": f"http://a.example/{'a' * 4096}"}, "photos.0.url"),
        ({"url": "http://a.example/", "base64": "AAAA"}, "photos.0.url"),
        ({"base64": None, "url": None}, "photos.0.base64"),
    ],
)
def test_a_photo_of_the_wrong_shape_names_the_field(server: Running, photo: dict[str, Any], field: str) -> None:
    response = check(server, photo)
    assert (response.status_code, response.json()["code"]) == (422, "request_invalid")
    assert [error["field"] for error in response.json()["errors"]] == [field]
