from __future__ import annotations

from serving.routes.api import make_api
from serving.routes.openapi.described_route import DescribedRoute
from tests.serving.servers.running import Running


def test_every_plain_route_is_in_the_document_with_what_it_refuses() -> None:
    app = make_api()
    described = [route for route in app.routes if isinstance(route, DescribedRoute)]
    assert [route.path for route in described] == ["/v1/checks"]
    for route in described:
        for method in route.methods or ():
            operation = app.openapi()["paths"][route.path][method.lower()]
            assert {"200", "401", "403", "422"} <= set(operation["responses"])
            assert operation["operationId"] == route.name, "as the other routes are named"


def test_a_plain_route_is_counted_by_its_path_as_others_are(server: Running) -> None:
    server.http.post("/v1/checks", content=b"", headers={"Content-Type": "text/plain"})
    server.http.put("/v1/checks")
    metrics = server.http.get("/metrics").text
    assert 'touchstone_requests_total{method="POST",route="/v1/checks",status="415"}' in metrics
    assert 'touchstone_requests_total{method="PUT",route="/v1/checks",status="405"}' in metrics


def test_the_other_methods_of_a_plain_routes_address_are_fastapis(server: Running) -> None:
    assert server.http.get("/v1/checks").status_code == 200
    refused = server.http.delete("/v1/checks")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
