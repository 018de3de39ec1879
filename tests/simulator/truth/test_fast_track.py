"""Fast track is earned and lost by the record of three months."""

from __future__ import annotations

import datetime

import pytest

from serving.schemas.enforcement.cases import CaseState
from simulator.truth.cases import TrueCase
from simulator.truth.events import CaseListing, CaseMoved
from simulator.truth.fast_track import TrueRecord, is_fast_at, record_at, true_changes
from tests.simulator.truth.opened_case import opened_case

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("record", "earns", "loses"),
    [
        (TrueRecord(decided=34, upheld=34, won=0), False, False),
        (TrueRecord(decided=35, upheld=35, won=1), True, False),
        (TrueRecord(decided=40, upheld=36, won=0), True, False),
        (TrueRecord(decided=40, upheld=35, won=0), False, True),
        (TrueRecord(decided=40, upheld=40, won=2), True, False),
        (TrueRecord(decided=40, upheld=40, won=3), False, True),
        (TrueRecord(decided=4, upheld=3, won=0), False, False),  # its interval reaches 90 %
        (TrueRecord(decided=10, upheld=2, won=0), False, True),
        (TrueRecord(decided=0, upheld=0, won=0), False, False),
    ],
)
def test_a_record_earns_and_loses_by_its_shares(record: TrueRecord, earns: bool, loses: bool) -> None:
    assert (record.earns, record.loses) == (earns, loses)


def case(number: int, *moves: tuple[datetime.datetime, CaseState]) -> TrueCase:
    listing = CaseListing(listing_id="l", seller_id="s", check_id="k", label="counterfeit")
    return TrueCase(
        opened=opened_case(START, str(number), listings=(listing,)),
        moves=tuple(CaseMoved(at=at, case_id=str(number), to=to, actor="operator") for at, to in moves),
        state="upheld",
        due_at=START + DAY,
        paused_since=None,
        decided_at=moves[0][0],
        closed_at=None,
    )


def test_a_record_counts_first_decisions_and_reinstatements_of_three_months() -> None:
    cases = [
        case(1, (START, "upheld"), (START + DAY, "counter_notice"), (START + 40 * DAY, "reinstated")),
        case(2, (START + 30 * DAY, "rejected"), (START + 31 * DAY, "in_review"), (START + 32 * DAY, "upheld")),
    ]
    assert record_at(cases, START + 60 * DAY) == TrueRecord(decided=2, upheld=1, won=1)
    assert record_at(cases, START + 92 * DAY) == TrueRecord(decided=1, upheld=0, won=1)


def test_who_falls_below_is_out_for_three_months() -> None:
    cases = [case(number, (START, "upheld")) for number in range(36)]
    cases += [case(number, (START + 5 * DAY, "rejected")) for number in range(36, 42)]
    days = [START + number * DAY for number in range(200)]
    changes = true_changes(cases, days)
    assert [(change.at, change.before, change.after) for change in changes] == [
        (START, "standard", "fast"),
        (START + 5 * DAY, "fast", "out"),
        (datetime.datetime(2026, 4, 6, tzinfo=datetime.UTC), "out", "standard"),
    ]
    assert changes[1].until == datetime.datetime(2026, 4, 6, tzinfo=datetime.UTC)
    assert [is_fast_at(changes, START + number * DAY) for number in (0, 4, 5)] == [True, True, False]
