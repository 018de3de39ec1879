"""What became of test buys follows from their last moves."""

from __future__ import annotations

import datetime

from serving.schemas.enforcement.buys import BuyState
from simulator.truth.events import BuyMoved, BuyPlanned, Event
from simulator.truth.ledger import Ledger
from simulator.truth.test_buys import count_findings, true_buys

AT = datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)


def planned(buy_id: str) -> BuyPlanned:
    return BuyPlanned(at=AT, buy_id=buy_id, plan_id="p", quarter="2026-Q1", check_id="k", stratum=0, probability=0.5)


def moved(buy_id: str, to: BuyState, cost: float | None = None) -> BuyMoved:
    return BuyMoved(at=AT, buy_id=buy_id, to=to, cost=cost)


def test_purchases_are_counted_by_outcome_ending_or_waiting() -> None:
    happened: list[Event] = [
        *(planned(buy_id) for buy_id in "abcd"),
        moved("a", "ordered", 12.5),
        moved("a", "received"),
        moved("a", "examined"),
        moved("a", "counterfeit"),
        moved("b", "cancelled"),
        moved("c", "ordered", 20.0),
    ]
    buys = true_buys(Ledger(happened))
    assert [(buy.state, buy.cost) for buy in buys] == [
        ("counterfeit", 12.5),
        ("cancelled", None),
        ("ordered", 20.0),
        ("planned", None),
    ]
    assert count_findings(buys) == {"genuine": 0, "counterfeit": 1, "missing": 1, "waiting": 2}
