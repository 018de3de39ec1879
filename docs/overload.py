"""How soon a server says no when it is sent several times what it can judge.

    python -m docs.overload BUNDLE [--times 4] [--seconds 10] [--megapixels 1] [--serve KEY=VALUE]

Starts `touchstone serve` with `store = "none"`, measures what it judges a second (closed loop), then sends that so many
times over at even intervals whatever comes back (open loop), over connections that stay open. The clock of an answer
starts when the request's last byte has left this process, and stops when the answer's first byte is here. Both
processes share the machine, so what is late here includes waiting for a core; how late this client's own timers are is
said beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import uvloop
from PIL import Image

SOON_S = 0.05
BOUNDARY = "overload"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer: its status, and seconds from the request's last byte to the answer's first."""

    status: int
    late_s: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came back, how long it all took, and how late this client woke up for each request that it sent."""

    answers: list[Answered]
    timers_late_s: list[float]
    seconds: float  # until the last answer was here


class Connection:
    """One connection that stays open, and sends one request after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> Connection:
        reader, writer = await asyncio.open_connection(host, port)
        writer.transport.set_write_buffer_limits(high=0)  # so that drain returns when the kernel has the last byte
        return cls(reader, writer)

    async def send(self, request: bytes) -> Answered:
        self._writer.write(request)
        await self._writer.drain()
        sent = time.perf_counter()
        status_line = await self._reader.readline()
        late_s = time.perf_counter() - sent
        length = 0
        while (line := await self._reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        await self._reader.readexactly(length)
        return Answered(status=int(status_line.split()[1]), late_s=late_s)

    def close(self) -> None:
        self._writer.close()


async def closed_loop(host: str, port: int, request: bytes, seconds: float, clients: int = 8) -> float:
    """Requests answered a second by clients that each wait for their answer."""
    end = time.perf_counter() + seconds

    async def client() -> int:
        connection = await Connection.open(host, port)
        done = 0
        while time.perf_counter() < end:
            answered = await connection.send(request)
            if answered.status != 200:
                raise SystemExit(f"a client that waits was answered {answered.status}")
            done += 1
        connection.close()
        return done

    return sum(await asyncio.gather(*(client() for _ in range(clients)))) / seconds


async def open_loop(host: str, port: int, request: bytes, seconds: float, rate: float) -> Round:
    """What comes back when requests start at a rate, however long the earlier ones take."""
    free: list[Connection] = []
    answers: list[Answered] = []
    timers_late_s: list[float] = []

    async def one() -> None:
        connection = free.pop() if free else await Connection.open(host, port)
        answers.append(await connection.send(request))
        free.append(connection)

    start = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        timers_late_s.append(time.perf_counter() - due)
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    for connection in free:
        connection.close()
    seconds_taken = time.perf_counter() - start
    return Round(answers=answers, timers_late_s=timers_late_s, seconds=seconds_taken)


@contextmanager
def serve(bundle: Path, settings: list[str]) -> Iterator[tuple[str, int]]:
    """A server of the bundle in a process of its own; gives its host and port."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "serve.toml"
        config.write_text(f'bundle = "{bundle.resolve()}"\nport = 0\nstore = "none"\n', encoding="utf-8")
        command = [sys.executable, "-m", "vision.cli", "serve", str(config)]
        for one in settings:
            command += ["--set", one]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert process.stdout is not None
            address = urlsplit(process.stdout.readline().partition("Open ")[2].split()[0])
            yield address.hostname or "", address.port or 0
        finally:
            process.terminate()
            process.wait()


def request_of(megapixels: float, seed: int = 0) -> bytes:
    """A check of one photo, as bytes on the wire."""
    side = round((megapixels * 1e6) ** 0.5)
    small = np.random.default_rng(seed).integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'.encode()
        + stream.getvalue()
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    head = (
        f"POST /v1/checks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    return head.encode() + body


def report(found: Round, capacity: float) -> str:
    """The figures in words."""
    answers = found.answers
    refused = np.array([one.late_s for one in answers if one.status == 503])
    judged = sum(one.status == 200 for one in answers)
    others = sorted({one.status for one in answers} - {200, 503})
    lines = [
        f"sent {len(answers)}: {judged} judged in {found.seconds:.1f} s "
        f"({judged / found.seconds / capacity:.0%} of before), {refused.size} refused with 503, others: {others or 0}"
    ]
    if refused.size:
        p50, p99, longest = 1000 * np.quantile(refused, (0.5, 0.99, 1.0))
        lines.append(
            f"503 within {1000 * SOON_S:g} ms of the last byte: {np.mean(refused <= SOON_S):.2%}; "
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {longest:.1f} ms"
        )
    p50, p99 = 1000 * np.quantile(found.timers_late_s, (0.5, 0.99))
    lines.append(f"this client's own timers were late by p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return "\n".join(lines)


async def measure(arguments: argparse.Namespace) -> None:
    """Print the figures of each round."""
    request = request_of(arguments.megapixels)
    with serve(arguments.bundle, arguments.serve) as (host, port):
        await closed_loop(host, port, request, 1.0)
        capacity = await closed_loop(host, port, request, arguments.seconds / 2)
        print(
            f"judges {capacity:.1f} photos of {arguments.megapixels:g} MP a second ({len(request) / 1024:.0f} KiB each)"
        )
        for _ in range(arguments.rounds):
            found = await open_loop(host, port, request, arguments.seconds, arguments.times * capacity)
            print(report(found, capacity), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--times", type=float, default=4.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megapixels", type=float, default=1.0)
    parser.add_argument("--serve", action="append", default=[], metavar="KEY=VALUE", help="a setting of the server")
    uvloop.run(measure(parser.parse_args()))
