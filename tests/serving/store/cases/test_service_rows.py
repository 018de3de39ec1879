from __future__ import annotations

import asyncio
import datetime
import functools
from typing import Any

from sqlalchemy.orm import Session

from serving.principal import SERVER, Principal
from serving.store.cases.service_rows import (
    BY_DAY,
    BY_MEMBER_AND_COUNTRY,
    CountedMember,
    ServiceCounts,
    ServiceFilter,
    count_all,
    count_undecided,
)
from serving.store.store import Store
from serving.store.tables import CaseRow, MemberRow
from tests.serving.builders.cases.new_cases import HOUR, MUGS, TOYS
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import plan_of
from tests.serving.builders.stores import Place, opened
from tests.serving.store.tables.enforcement.test_cases import case_row


def received(number: int, day: int, *, decided_after_h: float | None, **values: Any) -> CaseRow:
    """A case received at noon of a day of November 2026 and due at noon of the next."""
    at = datetime.datetime(2026, 11, day, 12, tzinfo=datetime.UTC)
    decided: dict[str, Any] = {}
    if decided_after_h is not None:
        late = decided_after_h > 24
        decided = {"decided_at": at + decided_after_h * HOUR, "decided_in_time": not late, "state": "upheld"}
    return case_row(
        f"00000000-0000-7000-8000-{number:012d}", **{"created_at": at, "due_at": at + 24 * HOUR, **decided, **values}
    )


ROWS: tuple[dict[str, Any], ...] = (
    {"day": 2, "decided_after_h": 3},
    {"day": 2, "decided_after_h": 24},
    {"day": 3, "decided_after_h": 24.1},
    {"day": 3, "decided_after_h": None},  # overdue
    {"day": 3, "decided_after_h": None, "state": "in_review"},  # overdue
    {"day": 3, "decided_after_h": None, "due_at": None},  # paused
    {"day": 9, "decided_after_h": None},  # due an hour after `now`
    {"day": 9, "decided_after_h": None, "state": "withdrawn"},
    {"day": 9, "decided_after_h": 2, "state": "withdrawn"},  # after a decision
    {"day": 9, "decided_after_h": 2, "state": "in_review"},  # decided, and complained about
    {"day": 9, "decided_after_h": 2, "member_id": "n", "country": "CN", "product": "mug"},
    {"day": 9, "decided_after_h": 30, "member_id": None, "country": "CN", "product": "mug"},
)
AT = datetime.datetime(2026, 11, 10, 11, tzinfo=datetime.UTC)


async def fill(store: Store) -> None:
    def work(session: Session) -> None:
        session.add(MemberRow(member_id="m", name="Toys", category="toys", country="DE", created_at=NOW))
        for number, row in enumerate(ROWS):
            session.add(received(number, **{"member_id": "m", "country": "DE", "product": "toy", **row}))

    await store._database.write(work)


def test_cases_are_counted_by_whether_they_were_decided_in_time(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await fill(store)
            counted = await store.service_rows.count(SERVER, ServiceFilter(), AT)
            assert counted.by_member_and_country == {
                ("m", "DE"): ServiceCounts(in_time=4, late=1, overdue=2, pending=2, withdrawn=1),
                ("n", "CN"): ServiceCounts(in_time=1),
                (None, "CN"): ServiceCounts(late=1),
            }
            assert counted.by_day == {
                datetime.date(2026, 11, 2): ServiceCounts(in_time=2),
                datetime.date(2026, 11, 3): ServiceCounts(late=1, overdue=2, pending=1),
                datetime.date(2026, 11, 9): ServiceCounts(in_time=3, late=1, pending=1, withdrawn=1),
            }
            assert counted.members == {"m": CountedMember(name="Toys", category="toys")}

    asyncio.run(work())


def test_what_is_counted_and_listed_is_what_the_caller_sees_and_filters(place: Place) -> None:
    expected: tuple[tuple[Principal, ServiceFilter, int], ...] = (
        (SERVER, ServiceFilter(), 12),
        (TOYS, ServiceFilter(), 10),
        (MUGS, ServiceFilter(), 1),
        (MUGS, ServiceFilter(member_id="m"), 0),
        (SERVER, ServiceFilter(member_id="n"), 1),
        (SERVER, ServiceFilter(category="toys"), 10),
        (SERVER, ServiceFilter(category="watches"), 0),
        (SERVER, ServiceFilter(country="CN"), 2),
        (SERVER, ServiceFilter(product="mug"), 2),
        (SERVER, ServiceFilter(since=datetime.datetime(2026, 11, 9, tzinfo=datetime.UTC)), 6),
        (SERVER, ServiceFilter(until=datetime.datetime(2026, 11, 3, tzinfo=datetime.UTC)), 2),
    )

    async def work() -> None:
        async with opened(place) as store:
            await fill(store)
            for caller, wanted, cases in expected:
                counted = await store.service_rows.count(caller, wanted, AT)
                for groups in (counted.by_member_and_country, counted.by_day):
                    total = sum(groups.values(), ServiceCounts())
                    found = total.in_time + total.late + total.overdue + total.pending + total.withdrawn
                    assert found == cases, (caller.name, wanted)
                listed = await store.service_rows.find_late(caller, wanted, AT, 100)
                assert len(listed) == total.late + total.overdue, (caller.name, wanted)

    asyncio.run(work())


def test_late_cases_come_newest_first_and_page_by_page(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await fill(store)
            whole = await store.service_rows.find_late(SERVER, ServiceFilter(), AT, 100)
            assert [int(record.case_id[-12:]) for record in whole] == [11, 4, 3, 2]
            pages, before = [], None
            while page := await store.service_rows.find_late(SERVER, ServiceFilter(), AT, 3, before=before):
                pages += page
                before = page[-1].case_id
            assert pages == whole

    asyncio.run(work())


def test_the_counts_are_read_from_indexes(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            of_members, of_days = "ix_cases_service_by_member", "ix_cases_service_by_time"
            since = ServiceFilter(since=NOW)
            for keys, wanted, index in (
                (BY_MEMBER_AND_COUNTRY, ServiceFilter(), of_members),
                (BY_MEMBER_AND_COUNTRY, since, of_members),
                (BY_DAY, ServiceFilter(), of_days),
                (BY_DAY, since, of_days),
            ):
                if place.database and (keys is BY_DAY or wanted is since):
                    continue  # PostgreSQL chooses by what it knows of the rows, of which there are none here
                query = functools.partial(plan_of, query=count_all(SERVER, wanted, keys))
                assert f"COVERING INDEX {index}" in await store._database.read(query)
                undecided = functools.partial(plan_of, query=count_undecided(SERVER, wanted, keys, AT))
                assert place.database or "ix_cases_due" in await store._database.read(undecided)

    asyncio.run(work())
