"""What the internet sends: each kind of bad input has its own code, and afterwards the server still answers."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving.builders.sample_photos import (
    animated_gif,
    jpeg,
    one_pixel,
    png_bomb,
    svg,
    text_file,
    truncated_jpeg,
)
from tests.serving.servers.running import Running, files_of

BAD_PHOTOS: dict[str, Callable[[], bytes]] = {
    "photo_truncated": truncated_jpeg,
    "photo_not_an_image": text_file,
    "photo_too_many_pixels": png_bomb,
    "photo_empty": bytes,
    "photo_too_small": one_pixel,
    "photo_format_unsupported": svg,
    "photo_animated": animated_gif,
}


RAW_HEAD = b"POST /v1/checks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def stored(server: Running) -> dict[str, Any]:
    return server.answer(jpeg(seed=100))


@pytest.fixture(autouse=True)
def _still_answers(server: Running, stored: dict[str, Any]) -> Any:
    """After every test here: the server judges, and what was stored before is still there, equal."""
    yield
    assert server.answer(jpeg(seed=101))["outcome"] == "genuine"
    again = server.http.get(f"/v1/checks/{stored['check_id']}").json()
    assert {name: again[name] for name in stored} == stored
    assert server.http.get(stored["photos"][0]["evidence_url"]).status_code == 200


def refusal(response: httpx.Response) -> tuple[int, str]:
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["type"] == f"urn:touchstone:problem:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    return response.status_code, problem["code"]


def read_refusal(raw: socket.socket) -> tuple[int, str]:
    answer = http.client.HTTPResponse(raw)
    answer.begin()
    return answer.status, json.loads(answer.read())["code"]


@pytest.mark.parametrize("code", sorted(BAD_PHOTOS))
def test_a_bad_photo_alone_is_refused_with_its_own_code(server: Running, code: str) -> None:
    response = server.check(BAD_PHOTOS[code]())
    assert refusal(response) == (422, code)
    assert [(error["photo"], error["code"]) for error in response.json()["errors"]] == [(0, code)]


def test_when_all_photos_are_bad_each_one_has_its_error(server: Running) -> None:
    response = server.check(*(make() for make in BAD_PHOTOS.values()))
    assert refusal(response) == (422, "no_readable_photo")
    listed = [(error["photo"], error["code"]) for error in response.json()["errors"]]
    assert listed == list(enumerate(BAD_PHOTOS))


def test_each_bad_photo_among_good_ones_costs_only_itself(server: Running) -> None:
    answer = server.answer(jpeg(seed=102), *(make() for make in BAD_PHOTOS.values()))
    assert answer["outcome"] == "genuine"
    assert [photo["error"] and photo["error"]["code"] for photo in answer["photos"]] == [None, *BAD_PHOTOS]


def test_thirteen_photos_are_too_many(server: Running) -> None:
    assert refusal(server.check(*(jpeg(seed=i) for i in range(13)))) == (422, "too_many_photos")


def test_a_check_without_photos_is_refused(server: Running) -> None:
    assert refusal(server.http.post("/v1/checks", files=files_of([], {"product": "toy"}))) == (422, "no_photos")
    assert refusal(server.http.post("/v1/checks", json={"photos": []})) == (422, "no_photos")


def test_a_photo_over_the_byte_limit_has_its_own_code(start: Callable[..., Running]) -> None:
    small = start(max_photo_bytes=5000)
    assert refusal(small.check(jpeg(size=(400, 400)))) == (422, "photo_too_many_bytes")


def test_an_unknown_product_names_the_known_ones(server: Running) -> None:
    response = server.check(jpeg(), listing={"product": "toi"})
    assert refusal(response) == (422, "unknown_product")
    assert "toy" in response.json()["detail"]


def test_views_must_run_parallel_to_photos(server: Running) -> None:
    assert refusal(server.check(jpeg(), listing={"views": ["front", "back"]})) == (422, "views_mismatch")


def test_photos_by_url_are_refused_clearly(server: Running) -> None:
    response = server.http.post("/v1/checks", json={"photos": [{"url": "http://127.0.0.1/photo.jpg"}]})
    assert refusal(response) == (422, "url_photos_unsupported")


@pytest.mark.parametrize("text", ["!!!", "data:image/jpeg;base64,AAAA", "AAA", "ÄÖÜ="])
def test_what_is_no_base64_is_refused(server: Running, text: str) -> None:
    assert refusal(server.http.post("/v1/checks", json={"photos": [{"base64": text}]})) == (422, "base64_invalid")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"photos": [', b"\xff\xfe", b"[" * 100_000, b'{"photos": NaN}', b'{"a":' * 5000, b"nul"],
    ids=["empty", "brace", "cut", "bytes", "deep_list", "nan", "deep_object", "word"],
)
def test_malformed_json_is_refused_and_harmless(server: Running, body: bytes) -> None:
    response = server.http.post("/v1/checks", content=body, headers={"content-type": "application/json"})
    assert refusal(response) in ((400, "json_malformed"), (422, "request_invalid"))
    assert response.status_code == (422 if body.endswith(b"NaN}") else 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ("photos", "body"),
        ({}, "photos"),
        ({"photos": "x"}, "photos"),
        ({"photos": [{}]}, "photos.0"),
        ({"photos": ["x"]}, "photos.0"),
        ({"photos": [{"base64": 7}]}, "photos.0.base64"),
        ({"photos": [], "products": "toy"}, "products"),
        ({"photos": [], "listing_id": ""}, "listing_id"),
        ({"photos": [], "listing_id": "x" * 201}, "listing_id"),
        ({"photos": [], "listing_id": "a\nb"}, "listing_id"),
        ({"photos": [], "views": "front"}, "views"),
        ({"photos": [], "attributes": [1]}, "attributes"),
        ({"photos": [], "attributes": json.loads('{"a":' * 20 + "1" + "}" * 20)}, "attributes"),
        ({"photos": [], "listing_id": "a", "listing": {"listing_id": "b"}}, "listing"),
    ],
)
def test_json_of_the_wrong_shape_names_the_field(server: Running, body: Any, field: str) -> None:
    response = server.http.post("/v1/checks", json=body)
    assert refusal(response) == (422, "request_invalid")
    assert field in response.json()["detail"]


@pytest.mark.parametrize("path", ["%00", "%ff", "%F0%9F%98%80", "..%2f..%2fetc", "a" * 5000, "'%20OR%201=1--"])
def test_an_unknown_id_is_not_found(server: Running, path: str) -> None:
    for whole in (f"/v1/checks/{path}", f"/v1/checks/{path}/photos/0"):
        assert refusal(server.http.get(whole))[0] == 404
    assert refusal(server.http.get(f"/v1/checks/x/photos/{path}"))[0] in (404, 422)
    assert server.http.get(f"/v1/checks?product={path[:190]}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"photos": [], "listing_id": "\\ud800"}',
        b'{"photos": [], "attributes": {"a": "\\ud800"}}',
        b'{"photos": [], "attributes": {"\\udfff": 1}}',
        b'{"photos": [], "attributes": {"a": 1e999}}',
        b'{"photos": [], "attributes": {"a": NaN}}',
        b'{"photos": [], "attributes": {"a": -Infinity}}',
    ],
)
def test_text_and_numbers_that_cannot_be_stored_are_refused(server: Running, body: bytes) -> None:
    response = server.http.post("/v1/checks", content=body, headers={"content-type": "application/json"})
    assert refusal(response) in ((400, "json_malformed"), (422, "request_invalid"))


def test_odd_attributes_come_back_as_they_were_sent(server: Running) -> None:
    odd = {"": None, "big": 10**300, "tiny": 5e-324, "nul": "a\u0000b", "emoji": "😀", "nested": [[], {}, [1.0, True]]}
    check_id = server.answer(jpeg(), listing={"attributes": odd})["check_id"]
    assert server.http.get(f"/v1/checks/{check_id}").json()["attributes"] == odd


@pytest.mark.parametrize(
    ("listing", "status", "code"),
    [
        (b"{", 400, "json_malformed"),
        (b"[]", 422, "request_invalid"),
        (b'{"product": 7}', 422, "request_invalid"),
        (b'{"prodct": "toy"}', 422, "request_invalid"),
        (b'{"attributes": {"a": "' + b"x" * 70_000 + b'"}}', 413, "request_too_large"),
    ],
)
def test_a_listing_part_that_does_not_fit_is_refused(server: Running, listing: bytes, status: int, code: str) -> None:
    files = [*files_of([jpeg()]), ("listing", (None, listing, "application/json"))]
    assert refusal(server.http.post("/v1/checks", files=files)) == (status, code)


def test_two_listing_parts_and_unknown_parts_are_refused(server: Running) -> None:
    listing = ("listing", (None, b"{}", "application/json"))
    twice = [*files_of([jpeg()]), listing, listing]
    assert refusal(server.http.post("/v1/checks", files=twice)) == (422, "request_invalid")
    response = server.http.post("/v1/checks", files=[("photo", ("a.jpg", jpeg(), "image/jpeg"))])
    assert refusal(response) == (422, "request_invalid")
    assert "'photo'" in response.json()["detail"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="photos"\r\n\r\ncut'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disp\x00osition: a\r\n\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=" + "x" * 500, b"--x--"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="photos"\r\n\r\n\r\n' * 100 + b"--x--\r\n",
        ),
    ],
    ids=["no_boundary", "empty", "none_inside", "cut", "bad_header", "long_boundary", "many_parts"],
)
def test_a_malformed_multipart_is_refused(server: Running, content_type: str, body: bytes) -> None:
    response = server.http.post("/v1/checks", content=body, headers={"content-type": content_type})
    assert refusal(response) == (400, "multipart_malformed")


@pytest.mark.parametrize("content_type", ["", "image/jpeg", "application/x-www-form-urlencoded", "text/plain"])
def test_another_content_type_is_refused(server: Running, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = server.http.post("/v1/checks", content=jpeg(), headers=headers)
    assert refusal(response) == (415, "media_type_unsupported")


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(start: Callable[..., Running]) -> None:
    server = start(max_request_bytes=10_000)
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        raw.sendall(RAW_HEAD + b"Content-Length: 9000000\r\n\r\n")
        status, code = read_refusal(raw)
    assert (status, code) == (413, "request_too_large")


def test_a_body_that_announces_nothing_is_counted_while_it_arrives(start: Callable[..., Running]) -> None:
    server = start(max_request_bytes=10_000)
    chunks = (b"x" * 1000 for _ in range(20))
    response = server.http.post("/v1/checks", content=chunks, headers={"content-type": "application/json"})
    assert refusal(response) == (413, "request_too_large")


def test_an_upload_that_stops_halfway_is_given_up(start: Callable[..., Running]) -> None:
    server = start(upload_timeout_s=0.3)
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        raw.sendall(RAW_HEAD + b"Content-Length: 900\r\n\r\n{")
        status, code = read_refusal(raw)
        assert raw.recv(100) == b"", "the connection of a stalled upload must be closed"
    assert (status, code) == (408, "upload_timed_out")


def test_a_caller_that_leaves_halfway_does_no_harm(server: Running) -> None:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        raw.sendall(RAW_HEAD + b"Content-Length: 900\r\n\r\n{")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/v1/checks"), ("HEAD", "/v1/checks/any/review"), ("DELETE", "/healthz")]
)
def test_a_method_that_an_address_does_not_take_is_a_problem(server: Running, method: str, path: str) -> None:
    response = server.http.request(method, path)
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"]


def test_a_refused_check_stores_nothing(start: Callable[..., Running]) -> None:
    server = start()
    for make in BAD_PHOTOS.values():
        server.check(make())
    server.check(jpeg(), listing={"product": "nope"})
    assert server.http.get("/v1/checks").json()["checks"] == []
    base64_text = base64.b64encode(truncated_jpeg()).decode()
    assert refusal(server.http.post("/v1/checks", json={"photos": [{"base64": base64_text}]}))[1] == "photo_truncated"
    assert server.http.get("/v1/checks").json()["checks"] == []


@pytest.mark.parametrize("path", ["/v1/checks", "/v1/checks/any/review", "/v1/bundles/tiny/activate"])
def test_a_body_with_a_content_encoding_is_refused_by_name_and_nothing_else_is_offered(
    server: Running, path: str
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    response = server.http.post(path, content=gzip.compress(b'{"photos": []}'), headers=headers)
    assert refusal(response) == (415, "content_encoding_unsupported")
    assert "Content-Encoding is gzip" in response.json()["detail"]
    assert response.headers["accept-encoding"] == "identity"


def test_no_list_takes_a_cursor_that_it_did_not_give(server: Running) -> None:
    nested = base64.urlsafe_b64encode(b"[" * 5000).decode()
    half_a_pair = base64.urlsafe_b64encode(b'["newest",null,"\\ud800"]').decode()
    wrong = ("x", "\0", "é", "-1", "9" * 400, "\0" * 36, "x" * 36, nested, half_a_pair)
    paths = server.http.get("/openapi.json").json()["paths"]
    lists = [
        path
        for path, operations in paths.items()
        if any(one["name"] == "cursor" for one in operations.get("get", {}).get("parameters", []))
        if "{" not in path  # which is looked up before
    ]
    assert len(lists) > 10
    answered = {
        (path, cursor): response.text[:200]
        for path in lists
        for cursor in wrong
        if (response := server.http.get(path, params={"cursor": cursor})).json().get("code")
        not in ("cursor_invalid", "request_invalid")
    }
    assert answered == {}
