from __future__ import annotations

import asyncio
import contextlib

from serving.principal import SERVER
from serving.store.cases.case_values import NewCaseEvent, StoredCase
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
