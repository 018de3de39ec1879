from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from serving.client import read_webhook
from tests.serving.builders.keys import add_key_to
from tests.serving.builders.sample_photos import GREY, jpeg
from tests.serving.builders.webhooks import loopback_settings
from tests.serving.servers.occupied import until
from tests.serving.servers.receiver import Receiver, receiver
from tests.serving.servers.running import Running

NO_SUCH = "whe_019505c1-8b2a-7000-8000-000000000000"


@pytest.fixture
def host() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def delivering(start: Callable[..., Running], host: Receiver) -> Running:
    return start(webhooks=loopback_settings([host.port]), threads=1)


def sent(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_webhook_from_its_making_to_its_end(delivering: Running, host: Receiver) -> None:
    http = delivering.http
    made = sent(http.post("/v1/webhooks", json={"url": host.url("/204"), "description": "pipeline"}), 201)
    address = f"/v1/webhooks/{made['webhook_id']}"
    assert "secret" not in sent(http.get(address))
    assert [one["webhook_id"] for one in sent(http.get("/v1/webhooks"))["webhooks"]] == [made["webhook_id"]]

    check = delivering.answer(jpeg(GREY))
    until(lambda: len(host.received) == 1)
    first = host.received[0]
    for key in (made["secret"], made["public_key"]):
        event = read_webhook([key], first.headers, first.body)
        assert (event.type, event.data["check_id"]) == ("check.completed", check["check_id"])

    rotated = sent(http.post(f"{address}/rotate"))
    test = sent(http.post(f"{address}/test"), 202)
    until(lambda: len(host.received) == 2)
    for key in (made["secret"], rotated["secret"], made["public_key"], rotated["public_key"]):
        assert read_webhook([key], host.received[1].headers, host.received[1].body).id == test["event_id"]

    assert sent(http.post(f"{address}/replay", json={"event_id": event.id}), 202) == {"deliveries": 1}
    until(lambda: len(host.received) == 3)
    assert host.received[2].headers["webhook-id"] == event.id
    assert sent(http.post(f"{address}/replay", json={"since": "2026-01-01"}), 202) == {"deliveries": 1}
    until(lambda: len(host.received) == 4)

    def logged() -> list[tuple[str, int]]:
        log = sent(http.get(f"{address}/deliveries", params={"state": "delivered"}))["deliveries"]
        return [(one["type"], len(one["attempts"])) for one in log]

    until(lambda: logged() == [("webhook.test", 1), ("check.completed", 3)])
    changed = sent(http.patch(address, json={"enabled": False, "ordered": True}))
    assert (changed["enabled"], changed["disabled_reason"], changed["ordered"]) == (False, "by_owner", True)
    assert sent(http.post(f"{address}/test"), 409)["code"] == "webhook_disabled"
    metrics = http.get("/metrics").text
    assert 'touchstone_webhook_attempts_total{code="delivered"} 4.0' in metrics
    assert http.delete(address).status_code == 204
    assert sent(http.get(address), 404)["code"] == "webhook_not_found"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"url": "http://127.0.0.1:1/"}, 422, "webhook_url_refused"),
        ("POST", "", {"url": "https://a.example/", "types": ["check.complete"]}, 422, "request_invalid"),
        ("POST", "", {"url": "https://a.example/", "types": []}, 422, "request_invalid"),
        ("POST", "", {"uri": "https://a.example/"}, 422, "request_invalid"),
        ("POST", "", [], 422, "request_invalid"),
        ("GET", f"/{NO_SUCH}", None, 404, "webhook_not_found"),
        ("PATCH", f"/{NO_SUCH}", {"ordered": True}, 404, "webhook_not_found"),
        ("PATCH", f"/{NO_SUCH}", {"order": True}, 422, "request_invalid"),
        ("DELETE", f"/{NO_SUCH}", None, 404, "webhook_not_found"),
        ("POST", f"/{NO_SUCH}/test", None, 404, "webhook_not_found"),
        ("POST", f"/{NO_SUCH}/rotate", {"keep_previous_h": -1}, 422, "request_invalid"),
        ("POST", f"/{NO_SUCH}/rotate", {}, 404, "webhook_not_found"),
        ("POST", f"/{NO_SUCH}/replay", {}, 422, "request_invalid"),
        ("POST", f"/{NO_SUCH}/replay", {"since": "soon"}, 422, "request_invalid"),
        ("POST", f"/{NO_SUCH}/replay", {"since": "2026-02-01", "until": "2026-01-01"}, 422, "request_invalid"),
        ("POST", f"/{NO_SUCH}/replay", {"event_id": "evt_1"}, 404, "webhook_not_found"),
        ("GET", f"/{NO_SUCH}/deliveries?cursor=x", None, 422, "cursor_invalid"),
        ("GET", f"/{NO_SUCH}/deliveries?state=lost", None, 422, "request_invalid"),
        ("GET", f"/{NO_SUCH}/deliveries", None, 404, "webhook_not_found"),
    ],
)
def test_what_cannot_be_done_has_its_code(
    server: Running, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = server.http.request(method, f"/v1/webhooks{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_webhooks_are_made_by_keys_with_the_scope_admin_alone(start: Callable[..., Running]) -> None:
    site = start(api_key="operator", threads=1)
    reader, admin = add_key_to(site, {"read", "check"}), add_key_to(site, {"admin"})
    body = {"url": "https://hooks.example/"}
    refused = site.http.post("/v1/webhooks", json=body, headers=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert site.http.get("/v1/webhooks", headers=reader).status_code == 403
    assert site.http.post("/v1/webhooks", json=body, headers=admin).status_code == 201
    assert site.http.get("/v1/events", headers=reader).status_code == 200
    assert site.http.get("/v1/events", headers=admin).status_code == 403


def test_a_server_without_a_store_has_neither_events_nor_webhooks(start: Callable[..., Running]) -> None:
    site = start(store="none")
    for path in ("/v1/events", "/v1/webhooks"):
        answer = site.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "store_disabled")
