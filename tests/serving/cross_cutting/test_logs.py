"""Log lines of a server have routes, codes and times, and nothing of photos, their metadata, keys or listings."""

from __future__ import annotations

import base64
import io
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from serving.monitoring.logging import JsonLines
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running

MARKER = "MarkerOfThisPhoto"
KEY = "very-secret-key"
SECRETS = (MARKER, KEY, "private-listing", "private-seller", "private-note", "MarkerOfThisFileName")


def photo_with_marker() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = MARKER  # ImageDescription
    exif[0x9286] = MARKER  # UserComment
    stream = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(stream, "JPEG", exif=exif, comment=MARKER.encode())
    return stream.getvalue()


@pytest.fixture
def lines() -> Iterator[Callable[[], list[str]]]:
    """What the server's JSON handler writes while a test runs, of every logger down to DEBUG of our own."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("touchstone")
    root, level, own_level = logging.getLogger(), logging.getLogger().level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the caller's own lines
    yield lambda: stream.getvalue().splitlines()
    root.removeHandler(handler)
    root.setLevel(level)
    ours.setLevel(own_level)
    logging.getLogger("httpx").setLevel(logging.NOTSET)


@pytest.fixture
def keyed(start: Callable[..., Running]) -> Running:
    return start(api_key=KEY, threads=1)


def send(server: Running, photo: bytes) -> int:
    listing = {"listing_id": "private-listing", "seller_id": "private-seller", "attributes": {"a": "private-note"}}
    files = [
        ("photos", ("MarkerOfThisFileName.jpg", photo, "image/jpeg")),
        ("listing", (None, json.dumps(listing).encode(), "application/json")),
    ]
    return server.http.post("/v1/checks", files=files).status_code


def check_lines(lines: list[str], photo: bytes) -> None:
    assert lines
    logged = "\n".join(lines)
    for secret in (*SECRETS, base64.b64encode(photo).decode()[:40], repr(photo[:20])[2:-1]):
        assert secret not in logged
    for line in lines:
        assert {"time", "level", "logger", "request_id", "message"} <= set(json.loads(line))


def test_nothing_of_a_check_is_logged_whether_it_is_answered_or_refused(
    keyed: Running, lines: Callable[[], list[str]]
) -> None:
    photo = photo_with_marker()
    assert MARKER.encode() in photo
    assert send(keyed, photo) == 200
    assert send(keyed, photo[: len(photo) // 2]) == 422
    assert send(keyed, MARKER.encode() * 100) == 422
    keyed.http.post("/v1/checks", content=photo, headers={"Content-Type": "multipart/form-data; boundary=x"})
    keyed.http.post("/v1/checks", content=photo, headers={"Content-Type": "application/json"})
    keyed.http.post("/v1/checks", json={"photos": [{"base64": MARKER}], "private-note": MARKER})
    keyed.http.get("/v1/checks", params={"listing_id": "private-listing", "cursor": MARKER})
    keyed.http.get(f"/v1/checks/{MARKER}", headers={"Authorization": f"Bearer wrong-{KEY}"})
    check_lines(lines(), photo)


def test_a_store_that_fails_logs_nothing_of_the_check(
    keyed: Running, lines: Callable[[], list[str]], tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "store" / "checks.sqlite") as database:
        (table,) = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'check%'"
        ).fetchone()
        database.execute(f"ALTER TABLE {table} RENAME TO gone")
    photo = photo_with_marker()
    assert send(keyed, photo) in (500, 503)
    check_lines(lines(), photo)
    assert any("no such table" in line or "exception" in json.loads(line) for line in lines())


@pytest.mark.parametrize("where", ["decide_listing", "judge_photo"])
def test_the_traceback_of_an_unexpected_error_has_nothing_of_the_check(
    keyed: Running, lines: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fail(*given: object, **_: object) -> None:
        raise ZeroDivisionError(f"of {given!r}"[:1000])  # what a library may do: put its arguments into its message

    detector = keyed.services.bundles.slots[0].active.detector
    monkeypatch.setattr(detector, where, fail)
    photo = photo_with_marker()
    assert send(keyed, photo) == 500
    logged = lines()
    check_lines(logged, photo)
    (traceback,) = [line for line in map(json.loads, logged) if "exception" in line]
    assert "ZeroDivisionError" in traceback["exception"]
    assert "serving/checks/service.py" in traceback["exception"]
    assert traceback["request_id"] != "-"
