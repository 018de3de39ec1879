"""The pipeline of docs/pipeline.md, run as it stands there against `touchstone serve`, and killed on its way."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.client import Client
from tests.builders.bundle import write_tiny_bundle
from tests.builders.support_floor import GREEN, add_support_floor
from tests.serving.builders.sample_photos import BLUE, GREY, RED, flat_jpeg, jpeg, truncated_jpeg
from tests.serving.servers.photo_host import PhotoHost, Script, photo_host
from tests.serving.servers.running import run_in_process

PAGE = Path(__file__).parents[3] / "docs" / "pipeline.md"
KEY = "a-key-of-the-pipeline"
EACH = 5  # listings of each kind
DECIDED_BY_PHOTO = {
    "red": "publish",
    "blue": "hold",
    "grey": "wait for a person",
    "flat": "ask the seller for photos",
    "green": "wait for a person",
    "truncated": "set aside",
    "absent": "set aside",
}


def program_of_the_page() -> str:
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(program)


def photos() -> dict[str, bytes]:
    colours = {"red": RED, "blue": BLUE, "grey": GREY, "green": GREEN}
    return {"flat": flat_jpeg(), "truncated": truncated_jpeg()} | {name: jpeg(rgb) for name, rgb in colours.items()}


def answer(status: str, body: bytes = b"") -> Script:
    return lambda visit: visit.answer(status, {"Content-Length": str(len(body))}, body)


def scripts() -> dict[str, Script]:
    found = {f"/{name}.jpg": answer("200 OK", photo) for name, photo in photos().items()}
    found["/late.jpg"] = answer("500 Out of order")
    return found | {f"/{name}.jpg": answer("404 Not Found") for name in ("absent", "gone")}


@pytest.fixture(scope="module")
def host() -> Iterator[PhotoHost]:
    with photo_host(scripts()) as host:
        yield host


@pytest.fixture(scope="module")
def url(host: PhotoHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    bundle = add_support_floor(write_tiny_bundle(folder / "tiny"))
    fetching = ("fetch.enabled=true", 'fetch.allow_networks=["127.0.0.0/8"]', f"fetch.ports=[{host.port}]")
    environment = {"TOUCHSTONE_API_KEY": KEY}
    with run_in_process(folder, bundle.folder, *fetching, environment=environment) as (_, url):
        yield url


def write_listings(folder: Path, host: PhotoHost, kinds: dict[str, str]) -> int:
    """Write the program's input; the first listing of each kind has a photo beside it that is gone."""
    lines = []
    for i in range(EACH):
        for kind in kinds:
            names = [kind, "gone"] if i == 0 else [kind]
            addresses = [f"http://127.0.0.1:{host.port}/{name}.jpg" for name in names]
            lines.append({"id": f"{folder.name}-{kind}-{i}", "version": 1, "product": "toy", "photos": addresses})
    for name, product, photo in (("other", "no such product", "red"), ("late", "toy", "late")):
        address = f"http://127.0.0.1:{host.port}/{photo}.jpg"
        lines.append({"id": name, "version": 1, "product": product, "photos": [address]})
    text = "".join(json.dumps(line) + "\n" for line in [*lines, lines[0]])  # one listing is in it twice
    (folder / "listings.jsonl").write_text(text, encoding="utf-8")
    return len(lines)


def start(folder: Path, url: str, key: str = KEY) -> subprocess.Popen[str]:
    (folder / "pipeline.py").write_text(program_of_the_page(), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PAGE.parents[1]), "TOUCHSTONE_URL": url, "TOUCHSTONE_API_KEY": key}
    return subprocess.Popen(
        [sys.executable, "pipeline.py"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


def decided(folder: Path) -> list[dict[str, Any]]:
    database = sqlite3.connect(folder / "pipeline.db")
    try:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM decided")]
    except sqlite3.OperationalError:  # killed before it made its table
        return []
    finally:
        database.close()


def kill_when(process: subprocess.Popen[str], folder: Path, enough: int) -> None:
    """Kill the program as soon as it has decided on so many listings."""
    end = time.monotonic() + 60
    while len(decided(folder)) < enough and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    finish(process)


def test_it_handles_every_outcome_and_error_once_however_often_it_is_killed(
    url: str, host: PhotoHost, tmp_path: Path
) -> None:
    count = write_listings(tmp_path, host, DECIDED_BY_PHOTO)
    for enough in (0, 1, 7, 8, 20):
        kill_when(start(tmp_path, url), tmp_path, enough)
    code, errors = finish(start(tmp_path, url))
    assert (code, len(decided(tmp_path))) == (0, count - 1)
    assert errors.startswith("late: 422 [fetch_host_failed]")
    host.scripts["/late.jpg"] = answer("200 OK", jpeg(RED))
    assert finish(start(tmp_path, url)) == (0, "")
    rows = {row["id"]: row for row in decided(tmp_path)}
    assert len(decided(tmp_path)) == len(rows) == count
    assert rows["late"]["action"] == "publish"
    for kind, action in DECIDED_BY_PHOTO.items():
        for i in range(EACH):
            assert rows[f"{tmp_path.name}-{kind}-{i}"]["action"] == action, kind
    assert rows["other"]["action"] == "set aside"
    assert "unknown_product" in rows["other"]["why"]
    assert "photo_truncated" in rows[f"{tmp_path.name}-truncated-1"]["why"]
    assert "fetch_not_found" in rows[f"{tmp_path.name}-absent-1"]["why"]
    assert rows[f"{tmp_path.name}-red-0"]["why"].endswith("photo 1: fetch_not_found")
    with Client(url, api_key=KEY) as client:
        stored = [check.listing_id for check in client.checks()]
    judged = [name for name, row in rows.items() if row["action"] != "set aside"]
    assert sorted(map(str, stored)) == sorted(judged), "each listing was judged once"


def test_it_stops_at_a_wrong_key_and_leaves_all_listings_to_the_next_run(
    url: str, host: PhotoHost, tmp_path: Path
) -> None:
    write_listings(tmp_path, host, {"red": "publish"})
    code, errors = finish(start(tmp_path, url, key="wrong"))
    assert (code, decided(tmp_path)) == (1, [])
    assert "KeyRefused: 401 [key_invalid]" in errors


def test_a_server_out_of_reach_leaves_all_listings_to_the_next_run(host: PhotoHost, tmp_path: Path) -> None:
    (tmp_path / "listings.jsonl").write_text(
        json.dumps({"id": "a", "version": 1, "product": "toy", "photos": [f"http://127.0.0.1:{host.port}/red.jpg"]}),
        encoding="utf-8",
    )
    code, errors = finish(start(tmp_path, "http://127.0.0.1:9"))
    assert (code, decided(tmp_path)) == (0, [])
    assert errors.startswith("a: POST /v1/checks: no answer after 5 attempts (ConnectError")
