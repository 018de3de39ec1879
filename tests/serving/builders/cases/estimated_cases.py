"""Cases in China of 2026 whose due times were estimated before the State Council moved the days of that year.

By the law alone, 1 to 3 October are days off, and weekends. It made 4 to 7 October days off, and Sunday,
20 September, a working day.
"""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from serving.store.cases.case_values import CaseClock, NewTimer, Opening, StoredCase
from serving.store.sortable_id import new_id
from tests.serving.builders.cases.new_cases import HOUR, stored

OLDER = "holidays 0.68 CN, tzdata 2025b Asia/Shanghai, estimated"
BEFORE_GOLDEN_WEEK = ("09-30 12:00", "10-05 12:00")  # received on a Wednesday, and due on the Monday
BEFORE_WORKED_SUNDAY = ("09-18 12:00", "09-21 12:00")  # on a Friday, and on the Monday


def shanghai(text: str) -> datetime.datetime:
    """A moment of 2026 by the clocks of Shanghai, in UTC."""
    local = datetime.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return local.astimezone(datetime.UTC)


def of_china(
    times: tuple[str, str], *, due: str | None = None, calendar: str = OLDER, paused_s: float = 0.0, **values: Any
) -> StoredCase:
    """A case as rules see it, received and due at these times unless another due time is named."""
    received_at = shanghai(times[0])
    clock = CaseClock(due_at=shanghai(due or times[1]), due_calendar=calendar, paused_s=paused_s)
    place = {"country": "CN", "jurisdiction": "CN", "created_at": received_at, "moved_at": received_at}
    return stored(**{**place, "clock": clock, **values})


def estimated_opening(times: tuple[str, str]) -> Opening:
    """What an older server wrote of such a case."""
    received_at, due_at = map(shanghai, times)
    return Opening(
        case_id=new_id(),
        at=received_at,
        actor="operator",
        jurisdiction="CN",
        clock=CaseClock(due_at=due_at, due_calendar=OLDER),
        timers=(
            NewTimer(kind="due_soon", fires_at=due_at - 4 * HOUR),
            NewTimer(kind="overdue", fires_at=due_at),
        ),
    )
