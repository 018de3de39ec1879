from __future__ import annotations

import asyncio
import dataclasses
import datetime
from typing import Any

from serving.cases.decision_policy import DecisionPolicy
from serving.principal import SERVER
from serving.schemas.accounts import MemberSent
from serving.store.cases.case_values import CaseChange, NewListing, StoredCase
from serving.store.store import Store
from serving.store.transparency.period_counts import PeriodCounts, Tally
from serving.transparency.complaints import contested_decision, reversal_of
from serving.transparency.report.production import NOTHING_EXAMINED
from serving.transparency.statements.stored import maker_of
from tests.serving.builders.cases.new_cases import HOUR, new_case, opening
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened

SINCE, UNTIL = NOW - datetime.timedelta(days=30), NOW + datetime.timedelta(days=30)
PERSON = dataclasses.replace(SERVER, name="ts_9", key_id="9")


async def counted(store: Store, now: datetime.datetime = NOW + 2 * HOUR) -> PeriodCounts:
    return await store.figure_rows.count_period(SINCE, UNTIL, now, precision=NOTHING_EXAMINED, recall=NOTHING_EXAMINED)


async def fill(store: Store) -> str:
    """Add seven requests of one member and of the operator, and one of another period; gives the member's id."""
    sent = MemberSent(name="Acme", category="toys", country="DK", products=["toy"])
    member_id = (await store.member_rows.add(SERVER, sent, NOW)).member_id
    await decided_case(store, member_id=member_id, opened_by="member", listings=3)
    await decided_case(store, member_id=member_id, opened_by="member", ground="design", country="FR", in_time=False)
    await decided_case(store, state="rejected", member_id=member_id, opened_by="member")
    await decided_case(store, state="withdrawn", member_id=member_id, opened_by="member")
    await store.case_rows.add(SERVER, new_case(), opening())
    await decided_case(store, opened_by="cluster", listings=2)
    await decided_case(store, member_id="gone", jurisdiction="CN", country="CN")
    await decided_case(store, at=UNTIL)
    return member_id


def test_requests_are_counted_by_every_table_and_add_up(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await fill(store)
            found = await counted(store)
            assert found.by_source == {"member": 5, "own": 2}
            assert found.by_outcome == {"upheld": 4, "rejected": 1, "withdrawn": 1, "open": 1}
            assert found.by_ground == {"trademark": Tally(count=6, members=2), "design": Tally(count=1, members=1)}
            assert found.by_country["DE"] == Tally(count=5, members=1)
            assert found.by_category == {
                "toys": Tally(count=4, members=1),
                "own_finding": Tally(count=2, members=0),
                "unknown": Tally(count=1, members=1),
            }
            assert (found.in_time, found.late) == (4, 1)
            assert (await counted(store, NOW + 25 * HOUR)).late == 2  # the open one is overdue then
            assert found.median_hours == 1.0
            assert found.listings_restricted == 7

    asyncio.run(work())


def test_what_follows_decisions_is_counted_with_their_requests(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store)
            await store.statement_rows.prepare(maker_of(DecisionPolicy()), NOW, 9)
            made = await store.complaint_rows.add(
                SERVER, case_id, "seller", "No.", lambda case: contested_decision(case, "seller", NOW), NOW + HOUR
            )

            def reverse(decision: object, case: StoredCase) -> CaseChange | None:
                return reversal_of("upheld", "Wrong.", case, NOW + 3 * HOUR)

            await store.complaint_rows.decide(PERSON, made.complaint_id, "reversed", "W.", reverse, NOW + 3 * HOUR)
            found = await counted(store)
            assert found.complaints_by_side == {"notifier": 0, "seller": 1}
            assert found.complaints_by_outcome == {"confirmed": 0, "reversed": 1, "open": 0}
            assert (found.reinstated, found.counter_notices) == (1, 0)
            assert found.statements == {"sent": 0, "waiting": 1, "refused": 0}
            assert found.by_outcome["upheld"] == 1  # the first decision counts
            year = await store.figure_rows.count_year(SINCE, UNTIL, precision=NOTHING_EXAMINED, recall=NOTHING_EXAMINED)
            assert (year.of_sellers.reversed, year.of_sellers.median_hours) == (1, 2.0)
            assert (year.of_notifiers.total, year.all_complaints_median_hours) == (0, 2.0)

    asyncio.run(work())


def test_checks_are_counted_by_outcome_and_flags_by_the_reviewers_decision(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for index, decision in enumerate(("counterfeit", "counterfeit", "genuine", "cant_tell", None)):
                check = dataclasses.replace(new_check(f"{index}".encode()))
                answer = check.answer.model_copy(update={"outcome": "counterfeit"})
                check = dataclasses.replace(check, answer=answer)
                await store.check_rows.add(check)
                if decision is not None:
                    await store.review_rows.add(SERVER, answer.check_id, decision, "", NOW)  # type: ignore[arg-type]
            await store.check_rows.add(new_check(b"another"))
            found = await counted(store)
            assert found.checks_by_outcome == {
                "genuine": 0, "counterfeit": 5, "review": 1, "insufficient": 0, "unsupported": 0,
            }  # fmt: skip
            assert (found.flags_confirmed, found.flags_refuted) == (2, 1)

    asyncio.run(work())


def test_a_year_has_the_requests_under_the_law_of_the_eu_by_right(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await fill(store)
            year = await store.figure_rows.count_year(SINCE, UNTIL, precision=NOTHING_EXAMINED, recall=NOTHING_EXAMINED)
            trademark, design = year.grounds["trademark"], year.grounds["design"]
            assert (trademark.notices.notices, trademark.notices.items, trademark.notices.actions) == (3, 5, 3)
            assert (trademark.own.notices, trademark.own.items, trademark.own.actions) == (2, 3, 2)
            assert trademark.own_found_by_automation == 2
            assert (design.notices.notices, design.notices.median_hours) == (1, 1.0)
            assert (year.decided_by_automation, year.decided_by_people) == (0, 4)

    asyncio.run(work())


def test_a_listing_that_several_requests_name_counts_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            sold = [NewListing(listing_id="l"), NewListing(url="https://market.example/m")]
            some: list[dict[str, Any]] = [
                {"opened_by": "member", "member_id": "m"},
                {"opened_by": "rule", "member_id": "n"},
                {},
            ]
            for values in some:
                await decided_case(store, sold=sold, **values)
            await decided_case(store, sold=sold[:1], opened_by="cluster")
            assert (await counted(store)).listings_restricted == 2
            year = await store.figure_rows.count_year(SINCE, UNTIL, precision=NOTHING_EXAMINED, recall=NOTHING_EXAMINED)
            found = year.grounds["trademark"]
            assert (found.notices.notices, found.notices.items, found.notices.actions) == (2, 2, 2)
            assert (found.own.notices, found.own.items, found.own.actions) == (2, 2, 2)
            assert found.own_found_by_automation == 1

    asyncio.run(work())
