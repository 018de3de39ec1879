"""A server without a key is for this machine: no page of another site reaches it through a browser here."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running, files_of


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[::2]:8000", "", "]"])
@pytest.mark.parametrize("path", ["/", "/v1/checks", "/openapi.json"])
def test_a_foreign_host_name_is_refused(server: Running, host: str, path: str) -> None:
    response = server.http.get(path, headers={"Host": host})
    assert (response.status_code, response.json()["code"]) == (403, "foreign_site")
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_foreign_origin_makes_no_check(server: Running, origin: str) -> None:
    before = server.http.get("/v1/checks").json()
    response = server.check(jpeg(), headers={"Origin": origin})
    assert (response.status_code, response.json()["code"]) == (403, "foreign_site")
    assert server.http.get("/v1/checks").json() == before


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:8000", "127.8.9.1"])
def test_this_machine_is_answered_by_each_of_its_names(server: Running, host: str) -> None:
    assert server.http.get("/v1/bundles", headers={"Host": host, "Origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize("settings", [{"api_key": "secret"}, {"allow_open": True}])
def test_with_a_key_or_a_proxy_a_server_may_have_any_name(
    start: Callable[..., Running], settings: dict[str, object]
) -> None:
    running = start(**settings)
    headers = {"Host": "shop.example", "Origin": "https://shop.example", "Authorization": "Bearer secret"}
    response = httpx.post(f"{running.url}/v1/checks", files=files_of([jpeg()]), headers=headers)
    assert response.status_code == 200
