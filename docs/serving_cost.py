"""What the server adds to a photo: processor milliseconds over HTTP, kept and not, against the same work in-process.

    python -m docs.serving_cost runs/demo/bundle

Three ways to judge one photo take turns, so that what else the machine does meets all of them: decode, resize and
network in as many threads as cores (the limit); a server that keeps nothing; a server that keeps everything. Every
photo has bytes of its own. A server's processor time is that of its whole process, the limit's is this process's;
the clients run here and are not counted. Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from vision.bundle import read_bundle
from vision.cores import usable_cores
from vision.inputs import open_for_input, to_input
from vision.scorer import Scorer

SAMPLES = Path("training/samples/hair_dryers")
SIDES = {"1 MP": (1152, 864), "4 MP": (2304, 1728), "12 MP": (4000, 3000)}
PHOTOS = 4  # distinct pictures; each is sent under many names of bytes
BOUNDARY = "-one-photo-"
WARM = 16  # photos a way before anything is measured


def main() -> None:
    """Print a table: size, way, median milliseconds a photo, and the median of each round's ratio to the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--sizes", nargs="+", choices=SIDES, default=["1 MP", "4 MP"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--photos", type=int, default=150, help="photos a way and round")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--photos-a-check", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="settings of both servers")
    arguments = parser.parse_args()
    listing = arguments.photos_a_check
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".")))  # not /tmp, which may be memory
        ways: dict[str, Callable[[list[bytes]], float]] = {"limit": Limit(arguments.bundle).cpu_s}
        for name, store in (("HTTP, store none", "none"), ("HTTP, stored", str(folder / "store"))):
            server = stack.enter_context(serving(arguments.bundle, store, arguments.set))
            ways[name] = Load(*server, clients=arguments.clients, photos_a_check=listing).cpu_s
        print(f"{arguments.clients} clients, {listing} photos a check, medians of {arguments.rounds} rounds")
        for size in arguments.sizes:
            pictures = [make_photo(file, SIDES[size]) for file in sorted(SAMPLES.rglob("*.jpg"))[:PHOTOS]]
            print(f"{size}: {np.mean([len(picture) for picture in pictures]) / 1024:.0f} KiB")
            names = itertools.count()
            for way in ways.values():
                way(renamed(pictures, WARM * listing, names))
            rounds = np.array(
                [
                    [way(renamed(pictures, arguments.photos, names)) / arguments.photos * 1e3 for way in ways.values()]
                    for _ in range(arguments.rounds)
                ]
            )
            for column, name in enumerate(ways):
                ms, ratio = np.median(rounds[:, column]), np.median(rounds[:, column] / rounds[:, 0])
                print(f"{size} | {name} | {ms:.2f} ms | {ratio:.3f}")


class Limit:
    """Decode, resize and network of a bundle in as many threads as cores, without any server."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = read_bundle(bundle)
        self._scorer = Scorer(self._bundle)
        self._threads = ThreadPoolExecutor(usable_cores())

    def cpu_s(self, photos: list[bytes]) -> float:
        """Processor seconds of this process for judging these."""
        start = time.process_time()
        list(self._threads.map(self._judge, photos))
        return time.process_time() - start

    def _judge(self, data: bytes) -> float:
        geometry = self._bundle.record.geometry
        photo = open_for_input(data, geometry)
        return float(self._scorer.score(to_input(photo, geometry).pixels).logit[0])


class Load:
    """Clients that send one check after another, each on a connection of its own that stays open."""

    def __init__(self, process: int, port: int, *, clients: int, photos_a_check: int) -> None:
        self._process = process
        self._photos_a_check = photos_a_check
        self._port = port
        self._threads = ThreadPoolExecutor(clients)
        self._clients = clients

    def cpu_s(self, photos: list[bytes]) -> float:
        """Processor seconds of the server for answering checks of these."""
        step = self._photos_a_check
        bodies = [multipart(photos[place : place + step]) for place in range(0, len(photos), step)]
        shares = [bodies[client :: self._clients] for client in range(self._clients)]
        start = process_cpu_s(self._process)
        list(self._threads.map(self._send, shares))
        return process_cpu_s(self._process) - start

    def _send(self, bodies: Sequence[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        for body in bodies:
            headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
            connection.request("POST", "/v1/checks", body, headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise SystemExit(f"{response.status}: {answer.decode()}")
        connection.close()


@contextlib.contextmanager
def serving(bundle: Path, store: str, overrides: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Run `touchstone serve`; gives its process id and port."""
    settings = [f"bundle={bundle}", f"store={store}", "port=0", *overrides]
    command = [sys.executable, "-m", "vision.cli", "serve", "configs/serve.toml"]
    command += [word for setting in settings for word in ("--set", setting)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            line = "" if process.stdout is None else process.stdout.readline()
            if "Open http://127.0.0.1:" not in line:
                raise SystemExit(f"`{' '.join(command)}` does not start; run it to see why")
            yield process.pid, int(line.partition("Open http://127.0.0.1:")[2].partition("/")[0])
        finally:
            process.terminate()


def process_cpu_s(process: int) -> float:
    """Processor seconds that a process has used, in user and system together."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_photo(file: Path, sides: tuple[int, int]) -> bytes:
    """A sample photo enlarged, with grain so that it has as many bytes a pixel as a camera's; JPEG of quality 85."""
    pixels = np.asarray(Image.open(file).convert("RGB").resize(sides, Image.Resampling.LANCZOS), np.float32)
    grain = np.random.default_rng(0).standard_normal(pixels.shape[:2], np.float32)
    smooth = (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1) + np.roll(grain, (1, 1), (0, 1))) / 2
    strength = 4.0 * np.sqrt(pixels.mean(axis=2) / 128 + 0.15)
    grainy = np.clip(pixels + (strength * smooth)[..., None], 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(grainy).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def renamed(pictures: Sequence[bytes], count: int, names: Iterator[int]) -> list[bytes]:
    """The pictures again and again, each with a comment of its own, so that no two files are the same."""
    comments = (b"\xff\xfe\x00\x12" + f"{next(names):016}".encode("ascii") for _ in range(count))
    return [
        picture[:2] + comment + picture[2:]
        for picture, comment in zip(itertools.cycle(pictures), comments, strict=False)
    ]


def multipart(photos: Sequence[bytes]) -> bytes:
    """The body of a check of these photos."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode("ascii")
    return b"".join(head + photo + b"\r\n" for photo in photos) + f"--{BOUNDARY}--\r\n".encode("ascii")


if __name__ == "__main__":
    main()
