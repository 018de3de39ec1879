from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json

import pytest

from serving.cases.decision_policy import DecisionPolicy
from serving.errors import StatementNotFound, StatementRefused, StatementSent
from serving.principal import SERVER
from serving.store.cases.case_values import CaseChange, NewListing
from serving.store.sortable_id import new_id
from serving.store.transparency.decided_listing import DecidedListing
from serving.store.transparency.statement_rows import MadeStatement, SendResult
from serving.transparency.statements.stored import maker_of
from tests.serving.builders.cases.new_cases import CLOCK, HOUR, MUGS
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened

MAKE = maker_of(DecisionPolicy())
LATER = NOW + 2 * HOUR


def sent(statement_id: str, outcome: str = "sent") -> SendResult:
    return SendResult(statement_id=statement_id, outcome=outcome, status=201, database_uuid="u")  # type: ignore[arg-type]


def test_each_listing_of_a_decision_under_the_law_of_the_eu_has_one_statement(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store, listings=3, member_id=None)
            await decided_case(store, state="rejected")
            await decided_case(store, jurisdiction="CN", country="CN")
            rows = store.statement_rows
            made = await asyncio.gather(*(rows.prepare(MAKE, LATER, 100) for _ in range(4)))
            assert sum(made) == 3
            found = sorted(await rows.find_page(None, 10), key=lambda one: one.position)
            assert [(one.case_id, one.position, one.state) for one in found] == [
                (case_id, position, "waiting") for position in range(3)
            ]
            assert [one.puid for one in found] == [f"{case_id}-{position}-2" for position in range(3)]

    asyncio.run(work())


def test_statements_are_leased_to_one_server_until_the_lease_ends(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await decided_case(store, listings=3)
            rows = store.statement_rows
            await rows.prepare(MAKE, LATER, 100)
            leases = await asyncio.gather(*(rows.lease(LATER, LATER + HOUR, 2) for _ in range(4)))
            assert sorted(len(lease) for lease in leases) == [0, 0, 1, 2]
            again = await rows.lease(LATER + HOUR, LATER + 2 * HOUR, 10)
            assert [one.attempts for one in again] == [2, 2, 2]

    asyncio.run(work())


def test_what_was_sent_stays_sent_and_what_was_refused_is_shown_and_announced(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await decided_case(store, listings=2)
            rows = store.statement_rows
            await rows.prepare(MAKE, LATER, 100)
            first, second = await rows.lease(LATER, LATER + HOUR, 10)
            bad = SendResult(statement_id=second.statement_id, outcome="refused", status=422, answer="x" * 3000)
            await rows.record([sent(first.statement_id), bad], LATER)
            await rows.record([sent(first.statement_id, "refused")], LATER)
            assert await rows.count() == {"sent": 1, "refused": 1}
            shown = await rows.find(SERVER, second.statement_id)
            assert (shown.status, len(shown.answer)) == (422, 2000)
            await store.event_rows.number()
            events = (await store.event_rows.find_page(SERVER, after=0, limit=99)).events
            assert [event.data["statement_id"] for event in events if event.type == "statement.refused"] == [
                second.statement_id
            ]
            assert not await rows.lease(LATER + 9 * HOUR, LATER + 10 * HOUR, 10)

    asyncio.run(work())


def test_one_that_is_tried_later_waits_until_then(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await decided_case(store)
            rows = store.statement_rows
            await rows.prepare(MAKE, LATER, 100)
            (one,) = await rows.lease(LATER, LATER + HOUR, 10)
            due_at = LATER + datetime.timedelta(minutes=5)
            await rows.record(
                [SendResult(statement_id=one.statement_id, outcome="later", status=503, due_at=due_at)], LATER
            )
            assert not await rows.lease(LATER, LATER + HOUR, 10)
            assert len(await rows.lease(due_at, due_at + HOUR, 10)) == 1

    asyncio.run(work())


def test_the_operator_adds_words_until_it_is_sent_and_they_name_nobody(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await decided_case(store)
            rows = store.statement_rows
            await rows.prepare(MAKE, LATER, 100)
            (one,) = await rows.find_page("waiting", 10)
            changed = await rows.rewrite(SERVER, one.statement_id, "The grille differs.", MAKE, LATER)
            assert "The grille differs." in changed.body
            with pytest.raises(StatementRefused, match="a seller's id: seller-77"):
                await rows.rewrite(SERVER, one.statement_id, "Sold by Seller-77.", MAKE, LATER)
            assert (await rows.find(SERVER, one.statement_id)).facts_added == "The grille differs."
            await rows.lease(LATER, LATER + HOUR, 10)
            with pytest.raises(StatementSent):
                await rows.rewrite(SERVER, one.statement_id, "", MAKE, LATER)
            await rows.record([sent(one.statement_id)], LATER)
            with pytest.raises(StatementSent):
                await rows.rewrite(SERVER, one.statement_id, "", MAKE, LATER + 9 * HOUR)

    asyncio.run(work())


def test_a_member_sees_no_statement(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await decided_case(store)
            await store.statement_rows.prepare(lambda *_: MadeStatement(puid="p", body="{}"), LATER, 100)
            (one,) = await store.statement_rows.find_page(None, 10)
            with pytest.raises(StatementNotFound):
                await store.statement_rows.find(MUGS, one.statement_id)
            with pytest.raises(StatementNotFound):
                await store.statement_rows.find(SERVER, "none")

    asyncio.run(work())


def test_a_statement_says_what_was_decided_whenever_it_is_made(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check, check_id = new_check(), new_id(NOW)
            answer = check.answer.model_copy(update={"check_id": check_id})
            await store.check_rows.add(dataclasses.replace(check, answer=answer))
            case_id = await decided_case(store, sold=[NewListing(check_id=check_id)], at=NOW + 24 * HOUR)
            rows = store.statement_rows
            kept: list[str] = []

            def make(listing: DecidedListing, added: str) -> MadeStatement:
                kept.append(MAKE(listing, added).body)
                raise StatementRefused("not kept, so that it is made again")

            with pytest.raises(StatementRefused):
                await rows.prepare(make, LATER, 9)
            back = CaseChange(
                to_state="reinstated", at=LATER + 24 * HOUR, actor="operator", clock=CLOCK, takes_down=False
            )
            await store.case_rows.change(SERVER, case_id, lambda _: back)
            await store.delete_one(SERVER, check_id)
            await rows.prepare(MAKE, LATER, 9)
            (late,) = await rows.find_page(None, 9)
            rewritten = await rows.rewrite(SERVER, late.statement_id, "", MAKE, LATER)
            assert json.loads(late.body)["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
            assert kept[:1] == [late.body] == [rewritten.body]

    asyncio.run(work())
