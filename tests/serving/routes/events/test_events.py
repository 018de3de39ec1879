from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import GREY, jpeg
from tests.serving.routes.accounts_steps import bearer, make_key, refusal
from tests.serving.servers.occupied import until
from tests.serving.servers.running import Running, run_in_thread


@pytest.fixture(scope="module")
def happened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two checks of toys and one of a mug between them, and then a decision on the first."""
    folder = tmp_path_factory.mktemp("happened")
    write_tiny_bundle(folder / "bundle", products=("toy", "mug"))
    settings = ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), threads=1)
    with run_in_thread(settings) as server:
        made = [server.answer(jpeg(GREY), listing={"product": product}) for product in ("toy", "mug", "toy")]
        server.http.post(f"/v1/checks/{made[0]['check_id']}/review", json={"decision": "genuine"})
        yield server


def read(server: Running, **query: Any) -> dict[str, Any]:
    answer = server.http.get("/v1/events", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_events_come_in_order_page_by_page_and_each_of_them_once(happened: Running) -> None:
    first = read(happened, limit=3)
    assert [event["type"] for event in first["events"]] == ["check.completed"] * 3
    assert [event["product"] for event in first["events"]] == ["toy", "mug", "toy"]
    assert first["has_more"] is True
    second = read(happened, limit=3, cursor=first["next_cursor"])
    [decided] = second["events"]
    check = first["events"][0]["data"]
    assert (decided["type"], decided["data"]["check_id"]) == ("review.decided", check["check_id"])
    assert second["has_more"] is False
    empty = read(happened, cursor=second["next_cursor"])
    assert empty == {"events": [], "next_cursor": second["next_cursor"], "has_more": False}
    stored = happened.http.get(f"/v1/checks/{check['check_id']}").json()
    assert {name: stored[name] for name in check} == check


def test_events_are_chosen_by_type_and_time(happened: Running) -> None:
    assert [event["sequence"] for event in read(happened, types="review.decided, job.completed")["events"]] == [4]
    assert len(read(happened, since="2001-01-01")["events"]) == 4
    assert read(happened, since="2999-01-01")["events"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"cursor": "x"}, "cursor_invalid"),
        ({"cursor": "-1"}, "cursor_invalid"),
        ({"cursor": "9" * 30}, "cursor_invalid"),
        ({"cursor": "5"}, "cursor_invalid"),
        ({"cursor": "1", "since": "2026-01-01"}, "request_invalid"),
        ({"types": "check.complete"}, "request_invalid"),
        ({"types": ""}, "request_invalid"),
        ({"wait_s": "21"}, "request_invalid"),
        ({"type": "check.completed"}, "query_parameter_unknown"),
    ],
)
def test_what_cannot_be_read_is_refused(happened: Running, query: dict[str, str], code: str) -> None:
    answer = happened.http.get("/v1/events", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_request_that_waits_is_answered_when_something_happens(happened: Running) -> None:
    cursor = read(happened, since="2999-01-01")["next_cursor"]
    found: list[dict[str, Any]] = []
    with httpx.Client(base_url=happened.url, timeout=30) as other:
        waits = threading.Thread(
            target=lambda: found.append(other.get("/v1/events", params={"cursor": cursor, "wait_s": 20}).json())
        )
        waits.start()
        check = happened.answer(jpeg(GREY), listing={"product": "mug"})
        waits.join(timeout=30)
    assert [event["data"]["check_id"] for event in found[0]["events"]] == [check["check_id"]]


def test_a_key_that_is_revoked_while_it_waits_reads_nothing_more(start: Callable[..., Running]) -> None:
    server = start(api_key="the key of the settings")
    made = make_key(server, "read")
    found: list[httpx.Response] = []
    with httpx.Client(base_url=server.url, headers=bearer(made["key"]), timeout=30) as other:
        waits = threading.Thread(target=lambda: found.append(other.get("/v1/events", params={"wait_s": 20})))
        waits.start()
        until(lambda: made["key_id"] in server.services.authenticator._used_at)
        server.http.post(f"/v1/keys/{made['key_id']}/revoke").raise_for_status()
        server.answer(jpeg(GREY))
        waits.join(timeout=30)
    assert refusal(found[0]) == (401, "key_revoked")
