"""A real server of the tiny bundle on a free port, and photos whose verdict is known."""

import contextlib
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from PIL import Image

from serving.app import create_app
from serving.settings import ServeSettings

START_TIMEOUT_S = 30
Colour = tuple[int, int]  # red and blue, 0 to 255
GENUINE: Colour = (210, 60)
COUNTERFEIT: Colour = (60, 210)
UNSURE: Colour = (120, 125)


def make_photo(colour: Colour, *, seed: int = 0, width_px: int = 320, height_px: int = 240) -> bytes:
    """A sharp JPEG that the tiny bundle judges by its colour; the seed makes it another photo of the same verdict."""
    blocks = np.random.default_rng(seed).integers(0, 2, (height_px // 16, width_px // 16)) * 180 + 30
    green = np.kron(blocks, np.ones((16, 16))).astype(np.uint8)
    red, blue = (np.full_like(green, value) for value in colour)
    return encode(Image.fromarray(np.stack([red, green, blue], axis=-1)))


def make_blurred_photo() -> bytes:
    """A photo without a single edge."""
    ramp = np.linspace(60, 160, 320).astype(np.uint8)[None, :, None].repeat(240, axis=0).repeat(3, axis=2)
    return encode(Image.fromarray(ramp))


def encode(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=92)
    return stream.getvalue()


@contextlib.contextmanager
def serve(settings: ServeSettings) -> Iterator[str]:
    """Run the app on a free port in a thread; gives its address."""
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{wait_for_port(server)}"
    finally:
        server.should_exit = True
        thread.join(START_TIMEOUT_S)


def wait_for_port(server: uvicorn.Server) -> int:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        if server.started:
            return int(server.servers[0].sockets[0].getsockname()[1])
        time.sleep(0.01)
    raise TimeoutError("the server did not start")


def settings_of(bundle: Path, store: Path | str, **changes: object) -> ServeSettings:
    return ServeSettings(bundle=(bundle,), store=str(store), threads=1, **changes)  # type: ignore[arg-type]


def send_check(address: str, *photos: bytes, key: str | None = None, **listing: object) -> dict[str, object]:
    """Check photos over HTTP, as a pipeline does."""
    files: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("photos", (f"{index}.jpg", data, "image/jpeg")) for index, data in enumerate(photos)
    ]
    files.append(("listing", (None, json.dumps(listing).encode(), "application/json")))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = httpx.post(f"{address}/v1/checks", files=files, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found
