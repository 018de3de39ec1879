"""Each thing that happened has its event, with its facts, for those whom it concerns."""

from __future__ import annotations

import datetime

from simulator.truth.cases import true_cases
from simulator.truth.events import (
    CaseAnswered,
    CaseAsked,
    CaseMoved,
    ComplaintDecided,
    ComplaintMade,
    Event,
    GroupFounded,
    GroupLeft,
    SellerShared,
    TimersFired,
)
from simulator.truth.ledger import Ledger
from simulator.truth.server_events import TrueEvent, read_event, true_events
from tests.simulator.truth.opened_case import opened_case

MONDAY = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
OPENED = opened_case(MONDAY)


def events_of(*happened: Event) -> list[TrueEvent]:
    ledger = Ledger([*happened])
    return true_events(ledger, true_cases(ledger))


def test_the_events_of_a_case_count_its_version_and_name_its_states() -> None:
    found = events_of(
        OPENED,
        CaseAsked(at=MONDAY + HOUR, case_id="c"),
        CaseAnswered(at=MONDAY + 2 * HOUR, case_id="c", actor="notifier"),
        TimersFired(at=MONDAY + 21 * HOUR),
        CaseMoved(at=MONDAY + 22 * HOUR, case_id="c", to="upheld", actor="operator"),
        TimersFired(at=MONDAY + 99 * HOUR),
    )
    entries = [(event.type, event.facts["version"], event.facts["state"]) for event in found]
    assert entries == [
        ("case.opened", 1, "received"),
        ("case.paused", 2, "received"),
        ("case.resumed", 3, "received"),
        ("case.due_soon", 3, "received"),
        ("case.moved", 4, "upheld"),
    ]
    assert (found[-1].facts["from"], found[-1].facts["to"]) == ("received", "upheld")
    assert {(event.product, event.member_id) for event in found} == {("p", "m")}


def test_a_complaint_is_reported_to_the_notifier_with_what_came_of_it() -> None:
    found = events_of(
        OPENED,
        CaseMoved(at=MONDAY + HOUR, case_id="c", to="rejected", actor="operator"),
        ComplaintMade(at=MONDAY + 2 * HOUR, complaint_id="x", case_id="c"),
        ComplaintDecided(at=MONDAY + 3 * HOUR, complaint_id="x", outcome="confirmed"),
    )
    assert [(event.type, event.member_id) for event in found[-2:]] == [
        ("complaint.received", "m"),
        ("complaint.decided", "m"),
    ]
    assert found[-1].facts == {"complaint_id": "x", "case_id": "c", "side": "notifier", "state": "confirmed"}


def test_who_leaves_a_group_withdraws_what_it_shared() -> None:
    shared = SellerShared(at=MONDAY, group_id="g", member_id="a", check_id="k", seller_id="s")
    founded = GroupFounded(at=MONDAY, group_id="g", category="toys", member_ids=("a", "b"))
    left = [GroupLeft(at=MONDAY + HOUR, group_id="g", member_id=member_id) for member_id in ("a", "b")]
    found = events_of(founded, shared, *left)
    assert [(event.type, event.member_id) for event in found[-3:]] == [
        ("group.items_withdrawn", "a"),
        ("group.left", "a"),
        ("group.left", "b"),
    ]
    assert found[-3].facts == {"group_id": "g", "items": 1, "reason": "left"}


def test_of_a_type_that_nothing_here_makes_no_facts_are_taken() -> None:
    answer = {
        "id": "evt_1",
        "sequence": 4,
        "type": "webhook.disabled",
        "timestamp": "2026-03-02T09:00:00.000Z",
        "product": None,
        "data": {"reason": "gone"},
    }
    read = read_event(answer)
    assert (read.type, read.at, dict(read.facts)) == ("webhook.disabled", MONDAY, {})
