from __future__ import annotations

import re

import pytest

from tests.serving.contract.api_document import api_document
from tests.serving.servers.running import Running

ROUTES = [
    (method.upper(), path)
    for path, operations in api_document()["paths"].items()
    for method in operations
    if path.startswith("/v1")
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_refuses_a_parameter_that_it_does_not_have(server: Running, method: str, path: str) -> None:
    address = re.sub(r"{[^}]*}", "1", path)
    refused = server.http.request(method, address, params={"nonesuch": "1"})
    assert (refused.status_code, refused.json()["code"]) == (422, "query_parameter_unknown")
    assert refused.json()["errors"][0]["field"] == "nonesuch"


def test_a_misspelt_filter_is_named_with_the_nearest_and_all_others(server: Running) -> None:
    detail = server.http.get("/v1/checks", params={"outcom": "review"}).json()["detail"]
    assert detail.startswith(
        "unknown query parameter 'outcom': did you mean outcome? This route takes cursor, decision, "
    )
    assert "this route takes none" in server.http.get("/v1/drift?window=1").json()["detail"]


def test_the_case_of_a_parameter_counts(server: Running) -> None:
    assert "did you mean limit?" in server.http.get("/v1/checks?LIMIT=1").json()["detail"]


def test_a_parameter_sent_twice_is_refused(server: Running) -> None:
    refused = server.http.get("/v1/checks?outcome=review&outcome=unsupported")
    assert (refused.status_code, refused.json()["code"]) == (422, "request_invalid")
    assert refused.json()["errors"][0]["field"] == "outcome"


@pytest.mark.parametrize("path", ["/healthz?x=1", "/readyz?x=1", "/metrics?name[]=up", "/checks?utm=1", "/?x=1"])
def test_probes_scrapers_and_pages_may_add_their_own(server: Running, path: str) -> None:
    assert server.http.get(path).status_code == 200


def test_the_key_is_asked_for_first(start: object) -> None:
    server: Running = start(api_key="k" * 20)  # type: ignore[operator]
    refused = server.http.get("/v1/checks?nope=1", headers={"Authorization": ""})
    assert refused.status_code == 401
