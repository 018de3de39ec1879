from __future__ import annotations

import asyncio
import contextlib
import functools

from serving.cases.moving import decide_renewal
from serving.principal import SERVER
from serving.store.cases.case_values import NewCaseEvent, StoredCase
from tests.serving.builders.cases.estimated_cases import BEFORE_GOLDEN_WEEK, OLDER, estimated_opening, shanghai
from tests.serving.builders.cases.new_cases import HOUR, new_case, opening
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def escalate(case: StoredCase, kind: str) -> NewCaseEvent:
    return NewCaseEvent(type="case.escalated", data={"timer": kind})


def test_a_timer_fires_once_whatever_servers_share_the_store(place: Place) -> None:
    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            stores = [await stack.enter_async_context(opened(place)) for _ in range(3 if place.database else 1)]
            await stores[0].case_rows.add(SERVER, new_case(), opening())
            due = NOW + 24 * HOUR
            assert await stores[0].case_timer_rows.find_due(due - HOUR, 9) == []
            (timer,) = await stores[0].case_timer_rows.find_due(due, 9)
            assert (timer.kind, timer.fires_at) == ("overdue", due)
            fired = await asyncio.gather(
                *(store.case_timer_rows.fire(timer.timer_id, escalate, due) for store in stores for _ in range(3))
            )
            assert fired.count(True) == 1
            await stores[0].event_rows.number()
            page = await stores[0].event_rows.find_page(SERVER, after=0, limit=9)
            assert [event.type for event in page.events] == ["case.opened", "case.escalated"]

    asyncio.run(work())


def test_a_due_time_moves_once_whatever_servers_share_the_store(place: Place) -> None:
    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            stores = [await stack.enter_async_context(opened(place)) for _ in range(3 if place.database else 1)]
            made = await stores[0].case_rows.add(SERVER, new_case(country="CN"), estimated_opening(BEFORE_GOLDEN_WEEK))
            await stores[0].case_rows.add(SERVER, new_case(), opening())
            for ending, number in ((", estimated", 1), ("_estimated", 0), (", weekends only", 0)):
                assert len(await stores[0].case_timer_rows.find_clocks([ending], 9, None)) == number
            assert await stores[0].case_timer_rows.find_clocks([", estimated"], 9, made.case_id) == []
            decide = functools.partial(decide_renewal, now=shanghai("10-02 09:00"))
            renewed = await asyncio.gather(
                *(store.case_timer_rows.renew(made.case_id, decide) for store in stores for _ in range(3))
            )
            assert renewed.count(True) == 1
            case = await stores[0].case_rows.find(SERVER, made.case_id, NOW)
            assert (case.version, len(case.waiting)) == (2, 2)
            assert case.due_calendar != OLDER

    asyncio.run(work())
