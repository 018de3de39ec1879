"""The load generator's process: sends the requests of a Load and prints every exchange as JSON.

    python -m benchmarks.serving.load_client '{"port": 8000, …}'

wrk, hey and oha neither report when a request's last byte left, nor send distinct bodies in an open loop. On 1 MP
photos this client takes 0.3 to 0.5 ms of CPU time a request, which is measured and reported beside the server's.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final, cast

import httptools
import numpy as np
import uvloop

from benchmarks.serving.load import Load

HOST: Final = "127.0.0.1"
_BOUNDARY: Final = "touchstone-benchmark"
_DIGITS: Final = 16
_MAX_OPEN: Final = 2000  # connections of an open loop; a request past it waits, which its latency shows


class Connection(asyncio.Protocol):
    """One keep-alive connection that carries one request at a time."""

    def __init__(self) -> None:
        self.usable = True
        self.body = b""
        self._paused = False
        self._sent_at: float | None = None
        self._first_at: float | None = None
        self._done: asyncio.Future[int] | None = None

    async def exchange(self, pieces: Sequence[bytes]) -> tuple[int, float]:
        """Send a request; gives the answer's status, and seconds from the last byte sent to the first received."""
        self._done = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = self._first_at = None
        self.body = b""
        self._transport.writelines(pieces)
        if not self._paused:
            self._sent_at = time.monotonic()
        try:
            status = await self._done
        finally:
            self._done = None
        if (
            self._sent_at is None
        ):  # answered before the request was whole: the rest of it must not mix with the next answer
            self.close()
        return status, max(0.0, (self._first_at or 0.0) - (self._sent_at or float("inf")))

    def close(self) -> None:
        self.usable = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by its class
        self._transport.set_write_buffer_limits(
            high=0
        )  # paused while anything is unsent: so its end is the last byte's time

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._sent_at = time.monotonic()

    def data_received(self, data: bytes) -> None:
        self._first_at = self._first_at or time.monotonic()
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.usable = self.usable and self._parser.should_keep_alive()
        if self._done is not None and not self._done.done():
            self._done.set_result(self._parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionResetError("the server closed the connection"))


@dataclass(slots=True)
class Client:
    """Sends one load and records the answers."""

    load: Load
    exchanges: list[tuple[int, float, float]] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    idle: list[Connection] = field(default_factory=list)

    async def run(self) -> None:
        """Send everything and wait for the last answer."""
        wire = Wire.read(self.load)
        numbers = iter(range(self.load.requests)) if self.load.requests is not None else count()
        requests = (wire.request(self.load.first_number + n) for n in numbers)
        if self.load.clients is not None:
            await self._closed_loop(self.load.clients, requests)
        else:
            await self._open_loop(requests)

    async def _closed_loop(self, clients: int, requests: Iterator[Sequence[bytes]]) -> None:
        end = time.monotonic() + self.load.seconds

        async def one_client() -> None:
            while (now := time.monotonic()) < end and (request := next(requests, None)) is not None:
                if not await self._exchange(request, now):
                    return  # the server is gone

        await asyncio.gather(*(one_client() for _ in range(clients)))

    async def _open_loop(self, requests: Iterator[Sequence[bytes]]) -> None:
        start = time.monotonic()
        room = asyncio.Semaphore(_MAX_OPEN)
        under_way: set[asyncio.Task[None]] = set()

        async def one_request(request: Sequence[bytes], due: float) -> None:
            async with room:
                self.late_s.append(time.monotonic() - due)
                await self._exchange(request, due)

        for after_s, request in zip(_due_times(self.load), requests, strict=False):
            await asyncio.sleep(max(0.0, start + after_s - time.monotonic()))
            task = asyncio.create_task(one_request(request, start + after_s))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _exchange(self, request: Sequence[bytes], begun: float) -> bool:
        try:
            connection = self._take_idle() or await self._connect()
            status, answer_s = await connection.exchange(request)
        except OSError:
            self.exchanges.append((0, 1e3 * (time.monotonic() - begun), 0.0))
            return False
        self.exchanges.append((status, 1e3 * (time.monotonic() - begun), 1e3 * answer_s))
        if self.load.keep_answers and status == 200:
            print(json.dumps(connection.body.decode()), flush=True)  # known even if this process is lost
        if connection.usable:
            self.idle.append(connection)
        return True

    def _take_idle(self) -> Connection | None:
        while self.idle:
            connection = self.idle.pop()
            if connection.usable:
                return connection
        return None

    async def _connect(self) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, HOST, self.load.port)
        return connection


def _due_times(load: Load) -> Iterator[float]:
    """Seconds after the start at which requests are due."""
    assert load.rate_per_s is not None
    random = np.random.default_rng(load.first_number)
    due = 0.0
    while due < load.seconds:
        yield due
        due += random.exponential(1 / load.rate_per_s) if load.arrivals == "poisson" else 1 / load.rate_per_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A load's requests as bytes: before the photos, the photos around the digits of their comment, and the end."""

    load: Load
    content_type: str
    before: bytes
    photos: Sequence[tuple[bytes, bytes]]
    end: bytes

    @classmethod
    def read(cls, load: Load) -> Wire:
        """Read the photos and frame them in the load's form."""
        jpegs = [Path(photo).read_bytes() for photo in load.photos]
        if load.form == "raw":
            halves = [_around_digits(b"", jpeg, b"") for jpeg in jpegs]
            return cls(load=load, content_type="image/jpeg", before=b"", photos=halves, end=b"")
        head = _part_head(f'name="{load.form}"; filename="photo.jpg"', "image/jpeg")
        listing = _part_head('name="listing"', "application/json") + json.dumps({"product": load.product}).encode()
        return cls(
            load=load,
            content_type=f"multipart/form-data; boundary={_BOUNDARY}",
            before=listing + b"\r\n" if load.product is not None else b"",
            photos=[_around_digits(head, jpeg, b"\r\n") for jpeg in jpegs],
            end=f"--{_BOUNDARY}--\r\n".encode(),
        )

    def request(self, number: int) -> Sequence[bytes]:
        """The request of that number, in pieces."""
        count = self.load.photos_a_request
        body = [self.before]
        for photo in range(number * count, (number + 1) * count):
            before, behind = self.photos[photo % len(self.photos)]
            body += [before, str(photo).zfill(_DIGITS).encode(), behind]
        body.append(self.end)
        head = (
            f"POST {self.load.path} HTTP/1.1\r\nHost: {HOST}:{self.load.port}\r\nContent-Type: {self.content_type}\r\n"
            f"Content-Length: {sum(map(len, body))}\r\n\r\n"
        )
        return [head.encode(), *body]


def _around_digits(before: bytes, jpeg: bytes, behind: bytes) -> tuple[bytes, bytes]:
    """A photo before and after the digits that make it distinct, in a comment behind the JPEG's first marker."""
    return before + jpeg[:2] + b"\xff\xfe" + (2 + _DIGITS).to_bytes(2, "big"), jpeg[2:] + behind


def _part_head(disposition: str, media_type: str) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {media_type}\r\n\r\n"
    return head.encode()


def main() -> None:
    """Send the load of the first argument; print the result."""
    client = Client(load=Load(**json.loads(sys.argv[1])))
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    uvloop.run(client.run())
    after = resource.getrusage(resource.RUSAGE_SELF)
    json.dump(
        {
            "exchanges": client.exchanges,
            "seconds": time.monotonic() - start,
            "client_cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "late_ms": 1e3 * float(np.percentile(client.late_s, 99)) if client.late_s else 0.0,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
