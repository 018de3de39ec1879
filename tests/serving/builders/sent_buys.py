"""Plans of test buys sent to a running server."""

from __future__ import annotations

import datetime
from typing import Any

import httpx

from serving.clock import utc_now

POINTS = [{"point_id": "seal", "text": "The seal shows the year.", "decisive": True}]


def this_quarter() -> dict[str, str]:
    """The period of the quarter that this test runs in, with what is still to come of it."""
    now = utc_now()
    begin = datetime.datetime(now.year, 3 * ((now.month - 1) // 3) + 1, 1, tzinfo=datetime.UTC)
    end = datetime.datetime(begin.year + (begin.month == 10), (begin.month + 2) % 12 + 1, 1, tzinfo=datetime.UTC)
    return {"since": begin.isoformat(), "until": end.isoformat()}


def plan_of(product: str, **values: Any) -> dict[str, Any]:
    money = {"country": "DE", "currency": "EUR", "budget": 10_000, "default_price": 10, "random_share": 1}
    return {**this_quarter(), "product": product, **money, **values}


def accepted_plan(http: httpx.Client, product: str, **values: Any) -> dict[str, Any]:
    """Propose and accept a plan over a product's checks of this quarter, with the operator's key."""
    plan = http.post("/v1/test-buys/plans", json=plan_of(product, **values))
    assert plan.status_code == 201, plan.text
    accepted = http.post(f"/v1/test-buys/plans/{plan.json()['plan_id']}/acceptance")
    assert accepted.status_code == 200, accepted.text
    given: dict[str, Any] = accepted.json()
    return given


def move(http: httpx.Client, buy: dict[str, Any], to: str, **values: Any) -> dict[str, Any]:
    answer = http.post(f"/v1/test-buys/{buy['buy_id']}/moves", json={"to": to, "version": buy["version"], **values})
    assert answer.status_code == 201, answer.text
    moved: dict[str, Any] = answer.json()
    return moved


def received(http: httpx.Client, plan_id: str, photo: bytes) -> dict[str, Any]:
    """Order and receive the newest purchase of a plan, and add a photo to it."""
    buy = http.get("/v1/test-buys", params={"plan_id": plan_id}).json()["buys"][0]
    buy = move(http, move(http, buy, "ordered"), "received")
    http.post(f"/v1/test-buys/{buy['buy_id']}/photos", content=photo).raise_for_status()
    return buy
