"""The load generator's process, with small servers that answer as configured."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop
from PIL import Image

from benchmarks.serving.load import Exchange, Form, Load, LoadResult, names, run_load
from benchmarks.serving.load_client import Connection
from serving.http.multipart import MultipartSplitter
from tests.serving.builders.sample_photos import jpeg
from vision.photo.decode import open_photo

Answer = Callable[[bytes], tuple[int, bytes]]


@contextlib.contextmanager
def small_server(answer: Answer, *, reads: bool = True) -> Iterator[int]:
    """An HTTP server in threads; gives its port. Without `reads` it answers before the body has come."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            status, text = answer(self.rfile.read(length) if reads else b"")
            self.wfile.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(text), text))
            if not reads:
                self.rfile.read(length)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    folder = tmp_path_factory.mktemp("photos")
    files = [folder / f"{seed}.jpg" for seed in range(2)]
    for seed, file in enumerate(files):
        file.write_bytes(jpeg(seed=seed))
    return names(files)


def load(port: int, photos: tuple[str, ...], form: Form = "raw", **how: object) -> LoadResult:
    fixed = {"port": port, "path": "/predict", "form": form, "photos": photos, "seconds": 60.0}
    return run_load(Load(**{**fixed, **how}))  # type: ignore[arg-type]


def test_clients_in_a_closed_loop_send_photos_that_all_differ(photos: tuple[str, ...]) -> None:
    bodies: list[bytes] = []
    under_way: list[int] = []
    lock = threading.Lock()

    def answer(body: bytes) -> tuple[int, bytes]:
        with lock:
            bodies.append(body)
            status = 200 if len(bodies) % 4 else 503
            under_way.append(under_way[-1] + 1 if under_way else 1)
        time.sleep(0.02)
        with lock:
            under_way.append(under_way[-1] - 1)
        return status, b"yes"

    with small_server(answer) as port:
        result = load(port, photos, clients=3, requests=20, keep_answers=True)
    assert result.statuses == {"200": 15, "503": 5}
    assert result.answers == ("yes",) * 15
    assert max(under_way) == 3
    assert len(set(bodies)) == 20
    for body, file in zip(sorted(bodies)[:2], photos, strict=True):
        with Image.open(io.BytesIO(body)) as sent, Image.open(file) as original:
            assert sent.size == original.size
            sent.load()


@pytest.mark.parametrize(("form", "field"), [("photos", b'name="photos"'), ("image", b'name="image"')])
def test_a_form_has_one_part_with_the_photo(photos: tuple[str, ...], form: Form, field: bytes) -> None:
    bodies: list[bytes] = []

    def answer(body: bytes) -> tuple[int, bytes]:
        bodies.append(body)
        return 200, b""

    with small_server(answer) as port:
        load(port, photos[:1], form, clients=1, requests=1)
    (body,) = bodies
    head, _, rest = body.partition(b"\r\n\r\n")
    boundary = head.partition(b"\r\n")[0]
    assert field in head
    content = rest.partition(b"\r\n" + boundary + b"--")[0]
    assert Path(photos[0]).read_bytes()[2:] == content[2 + 4 + 16 :]


def test_a_check_has_several_photos_and_names_its_product(photos: tuple[str, ...]) -> None:
    bodies: list[bytes] = []

    def answer(body: bytes) -> tuple[int, bytes]:
        bodies.append(body)
        return 200, b""

    with small_server(answer) as port:
        load(port, photos, "photos", clients=1, requests=2, photos_a_request=3, product="air-force-1")
    sent: list[bytes] = []
    for body in bodies:
        splitter = MultipartSplitter(body.partition(b"\r\n")[0].removeprefix(b"--"))
        splitter.feed(body)
        listing, *pictures = splitter.finish()
        assert json.loads(listing.content) == {"product": "air-force-1"}
        assert [picture.name for picture in pictures] == ["photos"] * 3
        sent += [picture.content for picture in pictures]
    assert len(set(sent)) == 6
    for number, data in enumerate(sent):
        original = open_photo(Path(photos[number % 2]).read_bytes())
        assert (open_photo(data).pixels == original.pixels).all()


def test_only_a_check_has_several_photos(photos: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="the form raw has one photo and no product"):
        load(1, photos, clients=1, photos_a_request=2)


def test_an_open_loop_sends_what_is_due_however_slow_the_answers_are(photos: tuple[str, ...]) -> None:
    all_here = threading.Barrier(20, timeout=60)

    def answer(body: bytes) -> tuple[int, bytes]:
        all_here.wait()
        time.sleep(0.5)
        return 200, b""

    with small_server(answer) as port:
        result = load(port, photos, rate_per_s=40.0, seconds=0.5)
    assert result.statuses == {"200": 20}
    assert result.latency_ms(0) >= 500
    assert result.answer_ms(0, 200) >= 490


def test_an_answer_that_comes_before_the_body_is_whole_took_no_time_after_it() -> None:
    exchange_ms: list[float] = []

    def answer(body: bytes) -> tuple[int, bytes]:
        return 503, b""

    async def exchange(port: int) -> None:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
        head = b"POST / HTTP/1.1\r\nContent-Length: 50000000\r\n\r\n"
        status, seconds = await connection.exchange([head, bytes(50_000_000)])
        assert status == 503
        exchange_ms.append(seconds)
        assert not connection.usable

    with small_server(answer, reads=False) as port:
        uvloop.run(exchange(port))
    assert exchange_ms == [0.0]


def test_a_server_that_goes_away_ends_the_load_and_is_counted(photos: tuple[str, ...]) -> None:
    def answer(body: bytes) -> tuple[int, bytes]:
        raise ConnectionResetError

    with small_server(answer) as port:
        result = load(port, photos, clients=2)
    assert result.statuses == {"0": 2}


def test_a_load_has_clients_or_a_rate(photos: tuple[str, ...]) -> None:
    neither_nor_both: tuple[dict[str, Any], ...] = ({}, {"clients": 1, "rate_per_s": 1.0})
    for how in neither_nor_both:
        with pytest.raises(ValueError, match="either clients or rate_per_s"):
            load(1, photos, **how)


def test_percentiles_are_of_one_status() -> None:
    exchanges = tuple(Exchange(status=200 if ms < 100 else 503, latency_ms=ms, answer_ms=ms / 2) for ms in range(201))
    result = LoadResult(exchanges=exchanges, seconds=2.0, client_cpu_s=0.0, late_ms=0.0, answers=())
    assert result.rate_per_s == 50
    assert result.latency_ms(50) == 49.5
    assert result.answer_ms(100, 503) == 100
