"""What is compressed, for whom, and what caches can rely on."""

from __future__ import annotations

import gzip

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from serving.http.body_memory import PIECE_BYTES
from serving.http.compression import MIN_BYTES, Compression, takes_gzip
from serving.pages.static_files import STATIC_PATH
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.raw_http import connect, get
from tests.serving.servers.running import Running

PAGES = ("/", "/checks", "/bundles", "/drift", "/docs")
FILES = tuple(f"{STATIC_PATH}/shared/{name}" for name in ("api.js", "tokens.css", "icons.svg"))


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, GZIP;q=0.2", True), ("*", True), ("*;q=0, gzip", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.000", False), ("gzip;q=0, *", False),
        ("*;q=0", False),
    ],
)  # fmt: skip
def test_gzip_is_for_those_who_take_it(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/openapi.json", "/metrics"])
def test_text_is_sent_compressed_and_is_the_same_text(server: Running, path: str) -> None:
    plain = server.http.get(path, headers={"Accept-Encoding": "identity"})
    small = server.http.get(path, headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), small.headers["content-encoding"]) == (None, "gzip")
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    assert small.num_bytes_downloaded < 0.7 * len(plain.content)
    if path != "/metrics":  # which counts these requests
        assert small.content == plain.content


def test_a_list_of_checks_is_compressed_and_each_answer_to_a_check_is_not(server: Running) -> None:
    for seed in range(3):
        made = server.check(*(jpeg(seed=100 * seed + n) for n in range(4)), headers={"Accept-Encoding": "gzip"})
        assert len(made.content) > MIN_BYTES
        assert "content-encoding" not in made.headers
    assert server.http.get("/v1/checks").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in server.http.get("/healthz").headers, "it is too short"


def test_pictures_are_sent_as_they_are(server: Running) -> None:
    made = server.answer(jpeg(size=(600, 400)))
    for path in (f"/v1/checks/{made['check_id']}/photos/0", made["photos"][0]["evidence_url"]):
        answer = server.http.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-type"] in ("image/jpeg", "image/png")
        assert "content-encoding" not in answer.headers
        assert "vary" not in answer.headers


def test_a_known_file_is_not_sent_again_in_either_form(server: Running) -> None:
    path = FILES[0]
    tags = [
        server.http.get(path, headers={"Accept-Encoding": coding}).headers["etag"] for coding in ("identity", "gzip")
    ]
    assert tags[1] == f"W/{tags[0]}", "the bytes are others, the content is not"
    for tag in tags:
        again = server.http.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["vary"]) == (304, b"", "Accept-Encoding")


def test_an_answer_of_many_pieces_is_compressed_piece_by_piece(server: Running) -> None:
    document = server.http.get("/openapi.json", headers={"Accept-Encoding": "identity"}).content
    assert len(document) > PIECE_BYTES
    with connect(server) as connection:
        connection.sendall(get("/openapi.json", "Accept-Encoding: gzip", "Connection: close"))
        stream = connection.makefile("rb")
        head, _, body = stream.read().partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    response = httpx.Response(200, content=unchunked(body))
    assert gzip.decompress(response.content) == document


def test_events_are_sent_as_they_come() -> None:
    app = FastAPI()
    app.add_middleware(Compression)

    @app.get("/events")
    def give_events() -> StreamingResponse:
        return StreamingResponse(iter([b"data: 1\n\n" * 500] * 2), media_type="text/event-stream")

    answer = TestClient(app).get("/events", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.content.startswith(b"data: 1\n\n")


def unchunked(body: bytes) -> bytes:
    """The content of a body in chunks."""
    out = b""
    while True:
        size, _, rest = body.partition(b"\r\n")
        if not int(size, 16):
            return out
        out += rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]
