from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from serving.errors import CaseCheckMissing, IdempotencyKeyReused, RequestRefused
from serving.principal import SERVER, Principal
from serving.store.audit_rows import AuditFilter
from serving.store.cases.case_list import CaseFilter
from serving.store.cases.case_openings import add_cases
from serving.store.cases.case_values import NewCase, NewListing, OpenedCase
from serving.store.store import Store
from tests.serving.builders.cases.new_cases import TOYS, new_case, opening
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened


async def add_all(store: Store, principal: Principal, *some: NewCase) -> list[OpenedCase | RequestRefused]:
    return await store.case_rows.add_all(principal, [(new, opening()) for new in some])


def test_a_bad_case_among_good_ones_is_refused_alone_and_one_that_comes_twice_is_opened_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            missing = (NewListing(check_id="none"),)
            some = (
                new_case(origin_key="a", fingerprint="1"),
                new_case(origin_key="b", listings=missing),
                new_case(origin_key="a", fingerprint="1"),
                new_case(origin_key="a", fingerprint="2"),
                new_case(origin_key="c"),
            )
            first, bad, twice, other, last = await add_all(store, SERVER, *some)
            assert isinstance(first, OpenedCase)
            assert twice == OpenedCase(case_id=first.case_id, replayed=True)
            assert isinstance(last, OpenedCase)
            assert isinstance(bad, CaseCheckMissing)
            assert isinstance(other, IdempotencyKeyReused)
            found = await store.case_rows.find_page(SERVER, CaseFilter(), 9, NOW)
            assert {case.case_id for case in found.cases} == {first.case_id, last.case_id}
            entries = await store.audit_rows.find_before(SERVER, AuditFilter(action="case.opened"), 9)
            assert [entry.sequence for entry in entries] == [2, 1]
            (again,) = await add_all(store, SERVER, some[0])
            assert again == OpenedCase(case_id=first.case_id, replayed=True)

    asyncio.run(work())


def test_each_case_takes_from_its_own_check_and_a_member_from_none_of_others(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            toy, mug = new_check(), new_check()
            mug = dataclasses.replace(mug, answer=mug.answer.model_copy(update={"product": "mug"}))
            await store.check_rows.add(toy)
            await store.check_rows.add(mug)
            cases = [new_case(product=None, listings=(NewListing(check_id=one.answer.check_id),)) for one in (toy, mug)]
            own, foreign = await add_all(store, TOYS, *cases)
            assert isinstance(own, OpenedCase)
            assert (await store.case_rows.find(SERVER, own.case_id, NOW)).product == "toy"
            assert isinstance(foreign, CaseCheckMissing)

    asyncio.run(work())


def test_a_table_takes_as_many_statements_whatever_its_rows(place: Place) -> None:
    """So that 100,000 rows are opened in minutes."""

    def count(session: Session, rows: int) -> int:
        statements = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            statements.append(statement)

        bind = session.get_bind()
        event.listen(bind, "before_cursor_execute", note)
        some = [(new_case(origin_key=f"{rows}-{n}", opened_by="member", member_id="m"), opening()) for n in range(rows)]
        given = add_cases(session, SERVER, some)
        event.remove(bind, "before_cursor_execute", note)
        assert all(isinstance(one, OpenedCase) for one in given)
        return len(statements)

    async def work() -> None:
        async with opened(place) as store:
            few = await store._database.write(lambda session: count(session, 2))
            assert 5 < few < 20
            assert await store._database.write(lambda session: count(session, 100)) <= few

    asyncio.run(work())
