"""HEAD is answered wherever GET is: with its status and headers, and without a body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from serving.pages.routes import PAGE_PATHS
from serving.pages.static_files import STATIC, STATIC_PATH
from tests.serving.builders.two_members import OPERATOR_KEY, TwoMembers, fill, settings_of
from tests.serving.contract.api_document import api_document
from tests.serving.servers.raw_http import connect, get
from tests.serving.servers.running import Running, run_in_thread

VARIES = {"x-request-id", "date"}
MOVES = {"/metrics", "/readyz"}  # their length may change from one call to the next


# A statement of reasons, a link and a published report that this server has none of, no shadow to compare with, and a
# cluster of a member's own, which is none of the operator's: HEAD is refused as GET is.
NOT_THERE = {"token": "of-no-notice", "part": "4_notices"}
REFUSED: tuple[str, ...] = ("/of-no-statement", "/of-no-notice", "/transparency/2026", "/comparison", "/v1/clusters/")
REFUSED += ("/agreement",)  # which is a member's


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMembers]:
    """A server with one of everything that has a route."""
    folder = tmp_path_factory.mktemp("head_site")
    with run_in_thread(settings_of(folder)) as site, httpx.Client(base_url=site.url, timeout=60) as plain:
        yield fill(site, folder, plain)


@pytest.fixture(scope="module")
def site(members: TwoMembers) -> Running:
    return members.site


@pytest.fixture(scope="module")
def addresses(members: TwoMembers) -> list[str]:
    """Every address of GET: each route with names that exist, each page, each static file."""
    names = {f"{{{name}}}": value for name, value in {**members.ids, **NOT_THERE}.items()}
    routes = [path for path, operations in api_document()["paths"].items() if "get" in operations]
    pages = [path for path in PAGE_PATHS if not path.startswith("/static")]
    files = [f"{STATIC_PATH}/{file.relative_to(STATIC).as_posix()}" for file in STATIC.rglob("*") if file.is_file()]
    assert len(routes) > 15
    assert len(files) > 30
    return [filled(path, names) for path in [*routes, *pages, "/openapi.json", *files]]


def filled(path: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        path = path.replace(name, value)
    assert "{" not in path, f"{path}: add a value of this parameter to those above"
    return path


def test_every_address_of_get_has_the_same_head(site: Running, addresses: list[str]) -> None:
    differing: list[str] = []
    for path in addresses:
        whole, head = site.http.get(path), site.http.head(path)
        if path.endswith("/comparison") or any(
            part in path for part in REFUSED
        ):  # there is no shadow, and none of those
            assert whole.status_code == head.status_code
            continue
        assert whole.status_code == 200, path
        if (head.status_code, head.content, compared(head, path)) != (200, b"", compared(whole, path)):
            differing.append(f"{path}: {head.status_code} {compared(head, path)}, GET {compared(whole, path)}")
    assert differing == []


def compared(answer: httpx.Response, path: str) -> dict[str, str]:
    """The headers that have to be the same; a body in chunks has no length that HEAD could name."""
    left_out = VARIES | {"transfer-encoding"} | ({"content-length"} if path in MOVES else set())
    return {name: value for name, value in answer.headers.items() if name not in left_out}


def test_no_body_follows_and_the_connection_goes_on(site: Running, addresses: list[str]) -> None:
    with connect(site) as connection:
        for path in addresses[:8]:
            connection.sendall(get(path, f"Authorization: Bearer {OPERATOR_KEY}").replace(b"GET", b"HEAD", 1))
        connection.sendall(get("/healthz", "Connection: close"))
        answers = connection.makefile("rb").read()
    heads = answers.split(b"\r\n\r\n")
    assert [head[:12] for head in heads[:9]] == [b"HTTP/1.1 200"] * 9
    assert heads[9] == b'{"status":"alive"}', "the only body is that of GET"


def test_where_get_is_refused_head_is_too(site: Running) -> None:
    for path in ("/nowhere", "/v1/checks/nowhere", "/v1/checks?limit=0"):
        whole, head = site.http.get(path), site.http.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
    refused = site.http.head("/v1/checks/any/review")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert site.http.put("/healthz").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/v1/checks", "GET, HEAD, POST"), ("/v1/checks/any", "GET, HEAD, DELETE")]
)
def test_allow_lists_the_methods_of_all_routes_at_an_address(site: Running, path: str, allowed: str) -> None:
    for method in ("PUT", "OPTIONS"):
        refused = site.http.request(method, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, allowed)


def test_head_is_counted_as_itself(site: Running) -> None:
    site.http.head("/readyz")
    assert 'touchstone_requests_total{method="HEAD",route="/readyz",status="200"}' in site.http.get("/metrics").text


def test_the_key_is_asked_for_as_with_get(site: Running) -> None:
    assert httpx.head(f"{site.url}/v1/bundles").status_code == 401
    assert site.http.head("/v1/bundles").status_code == 200
