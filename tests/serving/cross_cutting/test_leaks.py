"""No answer reveals a path, a stack trace or a version of a dependency: every route, with good and with bad input."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx
import pytest

from serving.routes.api import FILE
from serving.settings import ServeSettings
from serving.store.database.named_store import DATABASE_FILE
from serving.store.photos.location import PHOTO_FOLDER
from serving.webhooks.config import WebhookSettings
from tests.serving.builders.candidate_bundles import write_candidates, write_refused
from tests.serving.builders.sample_photos import jpeg, svg, text_file, truncated_jpeg
from tests.serving.contract.leaks import leaks_of, without_start_settings
from tests.serving.routes.accounts_steps import add_member, make_key
from tests.serving.servers.running import Running, run_in_thread
from tests.serving.servers.sent_jobs import line_of, send_job

OPERATIONS: Final = [
    (method.upper(), path)
    for path, methods in json.loads(FILE.read_text(encoding="utf-8"))["paths"].items()
    for method in methods
]
BAD: Final = ["nope", "%00", "..%2f..%2fetc%2fpasswd", "-1", "9" * 30, "a" * 300]
CASE: Final = {"country": "DE", "product": "toy", "listings": [{"listing_id": "a"}]}
RULE: Final = {"kind": "counterfeit", "settings": {"country": "DE"}}
BINARY: Final = ("image/", "application/zip", "application/pdf")
NUMBERS: Final = itertools.count()
OF_NOTHING: Final = {  # ids as they look, of what this server has none of
    **dict.fromkeys(("buy_id", "cluster_id", "complaint_id", "evidence_id", "group_id", "item_id"), "0" * 36),
    **dict.fromkeys(("link_id", "plan_id", "statement_id"), "0" * 36),
    "part": "4_notices",
    "product": "toy",
    "quarter": "2026-Q1",
    "removal_id": "1",
    "token": "x" * 43,
    "year": "2026",
}
BODIES: Final[list[tuple[str, bytes]]] = [
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b'{"photos": [{"base64": "!!"}], "decision": 7, "candidate": "../..", "share": "x"}'),
    ("application/json", b'{"photos": [{"url": "file:///etc/passwd"}]}'),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="photos"\r\n\r\nGIF89a\r\n--x--\r\n',
    ),
    ("multipart/form-data", b"--"),
    ("text/plain", b"x"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("leaks")


@pytest.fixture(scope="module")
def refused(folder: Path) -> dict[str, str]:
    write_candidates(folder / "candidates")
    return write_refused(folder / "candidates")


@pytest.fixture(scope="module")
def talking(tiny_bundle: Path, folder: Path, refused: dict[str, str]) -> Iterator[Running]:
    """A server with everything that has a route; it delivers nothing, so that nothing leaves this machine."""
    settings = ServeSettings(
        api_key="operator",
        webhooks=WebhookSettings(enabled=False),
        bundle=(tiny_bundle,),
        store=str(folder / "store"),
        bundles_folder=folder / "candidates",
        max_photo_bytes=200_000,
    )
    with run_in_thread(settings) as running:
        yield running


@pytest.fixture
def reveals_nothing(talking: Running, tiny_bundle: Path, folder: Path) -> Callable[[httpx.Response], httpx.Response]:
    def inspect(response: httpx.Response) -> httpx.Response:
        is_text = not response.headers.get("content-type", "").startswith(BINARY)
        text = response.text if is_text else ""
        if response.request.url.path.startswith("/v1/audit-log"):
            text = without_start_settings(text)
        leaks = leaks_of(text, response.headers, tiny_bundle, folder)
        assert leaks == [], (response.request.method, str(response.request.url), response.status_code, response.text)
        return response

    return inspect


Inspect = Callable[[httpx.Response], httpx.Response]


def _make(site: Running, path: str) -> dict[str, str]:
    """Make what the path names, and give its ids: a route with another one fails here, and needs it below."""
    makers: dict[str, Callable[[], str]] = {
        "case_id": lambda: _id_made(site, "/v1/cases", CASE, "case_id"),
        "check_id": lambda: str(site.answer(jpeg(seed=len(path)))["check_id"]),
        "erasure_id": lambda: _id_made(site, "/v1/erasures", {"seller_id": "s"}, "erasure_id"),
        "index": lambda: "0",
        "job_id": lambda: str(send_job(site.http, [line_of("a")]).json()["job_id"]),
        "key_id": lambda: str(make_key(site, "read")["key_id"]),
        "line": lambda: "1",
        "member_id": lambda: add_member(site, f"Acme {next(NUMBERS)}", f"a-{next(NUMBERS)}"),
        "name": lambda: "tiny",
        "reference_id": lambda: "x",
        "side_px": lambda: "160",
        "rule_id": lambda: _id_made(site, "/v1/case-rules", RULE, "rule_id"),
        "user_id": lambda: _id_made(site, "/v1/users", {"name": "A", "email": "a@b.example"}, "user_id"),
        "webhook_id": lambda: _id_made(site, "/v1/webhooks", {"url": "https://a.example/"}, "webhook_id"),
    }
    return {name: makers[name]() if name in makers else OF_NOTHING[name] for name in re.findall(r"\{(\w+)\}", path)}


def _id_made(site: Running, address: str, sent: Mapping[str, object], name: str) -> str:
    response = site.http.post(address, json=sent)
    assert response.status_code == 201, response.text
    return str(response.json()[name])


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_operation_reveals_internals(talking: Running, reveals_nothing: Inspect, method: str, path: str) -> None:
    good = _make(talking, path)
    bodies = BODIES if method in ("POST", "PUT", "PATCH") else [("", b"")]
    statuses = set()
    for value in [None, *BAD]:
        address = _fill(path, good if value is None else dict.fromkeys(good, value))
        for content_type, body in bodies:
            for query in ("", "?limit=x&cursor=%00&product=a&outcome=b&max_side=-1"):
                headers = {"content-type": content_type, "Idempotency-Key": "k" * 300, "Request-Timeout": "soon"}
                if not query:
                    headers = {"content-type": content_type}
                response = talking.http.request(method, address + query, content=body, headers=headers)
                statuses.add(reveals_nothing(response).status_code)
    assert not {500, 502} & statuses
    if "{" in path or method == "POST":
        assert statuses & {400, 404, 415, 422}  # some of it was bad indeed


def test_no_faulty_photo_reveals_internals(talking: Running, reveals_nothing: Inspect) -> None:
    for photo in (truncated_jpeg(), text_file(), svg(), b"", b"\xff\xd8\xff\xe0" + b"x" * 50, bytes(300_000)):
        assert reveals_nothing(talking.check(photo)).status_code == 422
        assert reveals_nothing(talking.check(jpeg(), photo)).status_code == 200


def test_no_page_reveals_internals(talking: Running, reveals_nothing: Inspect) -> None:
    check_id = talking.answer(jpeg(seed=900))["check_id"]
    for page in (
        "/",
        "/checks",
        f"/checks/{check_id}",
        "/checks/nope",
        "/checks/..%2f..",
        "/bundles",
        "/docs",
        "/nope",
    ):
        assert reveals_nothing(talking.http.get(page, headers={"accept": "text/html"})).status_code in (200, 404)
    assert reveals_nothing(talking.http.get("/openapi.json")).status_code == 200


def test_no_refused_candidate_reveals_internals(
    talking: Running, reveals_nothing: Inspect, refused: dict[str, str]
) -> None:
    for candidate in (*refused, "v2"):
        for change in ("activate", "shadow", "canary"):
            body = {"candidate": candidate, **({"share": 0.1} if change == "canary" else {})}
            reveals_nothing(talking.http.post(f"/v1/bundles/tiny/{change}", json=body))
    for reading in ("state", "candidates", "changes", "comparison"):
        assert reveals_nothing(talking.http.get(f"/v1/bundles/tiny/{reading}")).status_code == 200


def test_no_fault_of_the_store_reveals_internals(talking: Running, reveals_nothing: Inspect, folder: Path) -> None:
    check_id = talking.answer(jpeg(seed=901))["check_id"]
    for name in (DATABASE_FILE, PHOTO_FOLDER):
        (folder / "store" / name).rename(folder / "away")
        if name == PHOTO_FOLDER:
            (folder / "store" / name).write_text("no folder")
        assert reveals_nothing(talking.http.get("/readyz")).status_code == 503
        assert reveals_nothing(talking.check(jpeg(seed=902))).status_code == 503
        reveals_nothing(talking.http.get(f"/v1/checks/{check_id}/photos/0"))
        if name == PHOTO_FOLDER:
            (folder / "store" / name).unlink()
        (folder / "away").rename(folder / "store" / name)
    assert talking.http.get(f"/v1/checks/{check_id}/photos/0").status_code == 200


def _fill(path: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)
