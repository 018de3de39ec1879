"""How far a check travels through the code: the files that its photo passes, and the calls from file to file.

python -m benchmarks.serving.call_path BUNDLE PHOTO          two figures
python -m benchmarks.serving.call_path BUNDLE PHOTO --list   and what they count

One `POST /v1/checks` goes through the whole app in this process: multipart, one photo, an Idempotency-Key, stored, in
pieces of 64 KiB as uvicorn gives them. A profile hook in every thread sees each function of `serving` and `vision`
that runs for it. Earlier checks fill the caches. Of three measured checks the one with the fewest calls counts, since
background tasks may run during another.

Files: each file with a function that has the photo as an argument or a local: bytes of at least 4 KiB, uint8 pixels or
a Pillow image, alone or in a tuple or list. A dataclass that contains them (`CheckRequest`, `Photo`, `Tiles`) does not
count, but the code that takes them out of it does.

Calls: each call of a function whose nearest caller in `serving` or `vision` is in another file, however many library
functions lie between. Resuming a coroutine or a generator is a call too, as it is for Python's profiler.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import numpy as np
from fastapi import FastAPI
from PIL import Image
from starlette.types import Message

import serving
from serving.app import create_app
from serving.settings import ServeSettings

ROOT: Final = Path(serving.__file__).parents[1]
PACKAGES: Final = ("serving", "vision")
PHOTO_BYTES: Final = 4096  # a smaller value is a head, a hash or an id
PIECE_BYTES: Final = 64 * 1024
WARMUP_CHECKS: Final = 3
MEASURED_CHECKS: Final = 3
SETTLE_S: Final = 0.3  # until other threads have finished with a check
BOUNDARY: Final = "boundary"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Crossing:
    """A function of one file that was called from another; `caller` is empty at the bottom of a thread's stack."""

    callee: str
    function: str
    caller: str


@dataclass(slots=True)
class CallPath:
    """The functions that had the photo, by file, and the number of each call from file to file."""

    holders: dict[str, set[str]] = field(default_factory=dict)
    crossings: Counter[Crossing] = field(default_factory=Counter)

    @property
    def files(self) -> list[str]:
        """The files that the photo passes."""
        return sorted(self.holders)

    @property
    def calls(self) -> int:
        """The number of calls from file to file."""
        return self.crossings.total()


class Profile:
    """A profile hook for every thread that starts after `installed` is entered; it records while `recording`."""

    def __init__(self) -> None:
        self.recording = False
        self.path = CallPath()
        self._lock = threading.Lock()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Have this thread and new ones call the hook."""
        before = sys.getprofile()
        threading.setprofile(self._hook)
        sys.setprofile(self._hook)
        try:
            yield
        finally:
            sys.setprofile(before)
            threading.setprofile(None)

    def _hook(self, frame: FrameType, event: str, _: Any) -> None:
        if not self.recording or event not in ("call", "return"):
            return
        file = _project_file(frame)
        if file is None:
            return
        function = frame.f_code.co_qualname
        with self._lock:
            if any(_is_photo(value) for value in frame.f_locals.values()):
                self.path.holders.setdefault(file, set()).add(function)
            if event == "call":
                caller = _caller_file(frame)
                if caller not in ("", file):
                    self.path.crossings[Crossing(callee=file, function=function, caller=caller)] += 1


def measure_call_path(bundle: Path, photo: bytes) -> CallPath:
    """The path of one stored check of one photo."""
    profile = Profile()
    with profile.installed(), tempfile.TemporaryDirectory() as store:
        app = create_app(ServeSettings(bundle=(bundle,), store=store, threads=1))
        return asyncio.run(_run_checks(app, photo, profile))


async def _run_checks(app: FastAPI, photo: bytes, profile: Profile) -> CallPath:
    paths: list[CallPath] = []
    async with app.router.lifespan_context(app):
        for number in range(WARMUP_CHECKS):
            await _post_check(app, photo, f"warm-up-{number}")
        await asyncio.sleep(SETTLE_S)
        for number in range(MEASURED_CHECKS):
            profile.path, profile.recording = CallPath(), True
            await _post_check(app, photo, f"measured-{number}")
            await asyncio.sleep(SETTLE_S)
            profile.recording = False
            paths.append(profile.path)
    return min(paths, key=lambda path: path.calls)


async def _post_check(app: FastAPI, photo: bytes, key: str) -> None:
    """Send one check over ASGI; the caller stays connected until it is answered."""
    body = _multipart(photo)
    pieces = [body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES)]
    messages = iter(
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    )
    answered = asyncio.Event()
    statuses = []

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await answered.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(_scope(len(body), key), receive, send)
    answered.set()
    if statuses != [200]:
        raise RuntimeError(f"the check was answered {statuses}: give a bundle of one product and a readable photo")


def _scope(length: int, key: str) -> dict[str, Any]:
    headers = {
        "host": "127.0.0.1",
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(length),
        "idempotency-key": key,
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/checks",
        "raw_path": b"/v1/checks",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


def _multipart(photo: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="photo.jpg"\r\n\r\n'
    return b"".join([head.encode("ascii"), photo, f"\r\n--{BOUNDARY}--\r\n".encode("ascii")])


def _project_file(frame: FrameType) -> str | None:
    """The path of a frame's file inside the project, None for a library's."""
    file = frame.f_code.co_filename
    prefix = f"{ROOT}/"
    if not file.startswith(prefix):
        return None
    inner = file.removeprefix(prefix)
    return inner if inner.startswith(tuple(f"{package}/" for package in PACKAGES)) else None


def _caller_file(frame: FrameType) -> str:
    below = frame.f_back
    while below is not None:
        file = _project_file(below)
        if file is not None:
            return file
        below = below.f_back
    return ""


def _is_photo(value: object) -> bool:
    if isinstance(value, (bytes, bytearray)):
        return len(value) >= PHOTO_BYTES
    if isinstance(value, memoryview):
        return value.nbytes >= PHOTO_BYTES
    if isinstance(value, np.ndarray):
        return value.dtype == np.uint8 and value.nbytes >= PHOTO_BYTES
    if isinstance(value, (tuple, list)):
        return any(_is_photo(item) for item in value)
    return isinstance(value, Image.Image)


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle to serve, of one product")
    parser.add_argument("photo", type=Path, help="the photo to send, a JPEG of a megapixel")
    parser.add_argument("--list", action="store_true", help="print every file and call as well")
    arguments = parser.parse_args()
    path = measure_call_path(arguments.bundle, arguments.photo.read_bytes())
    print(f"{len(path.files)} files, {path.calls} calls from file to file")
    if arguments.list:
        for file in path.files:
            print(f"{file}: {', '.join(sorted(path.holders[file]))}")
        for crossing, count in sorted(path.crossings.items()):
            print(f"{count} x {crossing.caller} -> {crossing.callee} {crossing.function}")


if __name__ == "__main__":
    main()
