from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from serving.settings import ServeSettings
from tests.serving.builders.keys import add_key_to
from tests.serving.builders.sample_photos import jpeg
from tests.serving.contract.api_document import api_document
from tests.serving.servers.occupied import until
from tests.serving.servers.running import Running, files_of, run_in_thread

KEY = "correct horse battery staple"


@pytest.fixture(scope="module")
def locked(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    store = str(tmp_path_factory.mktemp("store"))
    with run_in_thread(ServeSettings(bundle=(tiny_bundle,), store=store, api_key=KEY)) as running:
        yield running


DOCUMENT = api_document()
ROUTES = {
    (method.upper(), path): operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
PRIVATE = [route for route, operation in ROUTES.items() if operation.get("security")]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_without_the_key_no_private_route_answers(locked: Running, method: str, path: str) -> None:
    files = files_of([jpeg()]) if path == "/v1/checks" and method == "POST" else None
    for header, code in (
        ({}, "key_required"),
        ({"Authorization": "Basic eDp5"}, "key_required"),
        ({"Authorization": "Bearer"}, "key_required"),
        ({"Authorization": f"Bearer {KEY}x"}, "key_invalid"),
        ({"Authorization": f"Bearer {KEY[:-1]}"}, "key_invalid"),
    ):
        response = httpx.request(method, locked.url + path, headers=header, files=files)
        assert (response.status_code, response.json()["code"]) == (401, code)
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_with_the_key_everything_is_answered(locked: Running) -> None:
    assert locked.answer(jpeg())["outcome"] == "genuine"
    lower = httpx.get(f"{locked.url}/v1/bundles", headers={"authorization": f"bearer {KEY}"})
    assert lower.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/docs"])
def test_health_and_pages_are_open(locked: Running, path: str) -> None:
    assert httpx.get(locked.url + path).status_code == 200


def test_without_a_key_in_the_settings_none_is_asked(start: Callable[..., Running]) -> None:
    assert httpx.get(f"{start().url}/v1/bundles").status_code == 200


def test_the_first_key_counts_from_its_first_request_on(start: Callable[..., Running]) -> None:
    """Before the server has looked for keys again: its holder must not pass for the operator until then."""
    site = start()
    assert httpx.get(f"{site.url}/v1/bundles").status_code == 200
    reader = add_key_to(site, {"read"})
    refused = httpx.delete(f"{site.url}/v1/checks/x", headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


def test_a_key_without_the_scope_is_refused_by_the_name_of_that_scope(start: Callable[..., Running]) -> None:
    site = start(api_key=KEY)
    reader = add_key_to(site, {"read"})
    refused = httpx.delete(f"{site.url}/v1/checks/x", headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert "lacks the scope admin; it has read" in refused.json()["detail"]
    refused = httpx.post(f"{site.url}/v1/checks", files=files_of([jpeg()]), headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert httpx.get(f"{site.url}/v1/checks", headers=reader).status_code == 200


def test_a_stored_key_alone_closes_a_server(start: Callable[..., Running]) -> None:
    site = start()
    reader = add_key_to(site, {"read"})
    until(lambda: httpx.get(f"{site.url}/v1/checks").status_code == 401)
    assert httpx.get(f"{site.url}/v1/checks", headers=reader).status_code == 200
    site.stop()
    assert httpx.get(f"{start().url}/v1/checks").status_code == 401
