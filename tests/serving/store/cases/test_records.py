from __future__ import annotations

import asyncio
import datetime
import itertools
from typing import Any

from sqlalchemy.orm import Session

from serving.store.cases.records import count_records
from serving.store.cases.standing_values import Record
from serving.store.tables import CaseRow
from tests.serving.builders.cases.decided_cases import FIRST, Moves, add_cases, case_rows
from tests.serving.builders.stores import Place, opened

SINCE, NOW = FIRST, FIRST + datetime.timedelta(days=90)
BEFORE, AFTER = FIRST - datetime.timedelta(days=30), NOW - datetime.timedelta(hours=1)
BACK = ("upheld", "forwarded", "counter_notice", "reinstated")
CASES: tuple[tuple[Moves, dict[str, Any]], ...] = (
    (("upheld",), {}),
    (("in_review", "upheld", "forwarded"), {"rule_id": "r", "opened_by": "rule"}),
    (("rejected", "in_review", "upheld"), {}),  # by its first decision
    (("upheld", "reinstated"), {}),  # by the operator: no counter-notice
    (BACK, {}),
    (("upheld", "forwarded", "counter_notice", "holder_acted", "reinstated"), {"rule_id": "r", "opened_by": "rule"}),
    ((*BACK, "closed"), {"at": FIRST - datetime.timedelta(hours=2)}),  # decided before, reinstated since
    (("upheld",), {"at": BEFORE}),
    (("upheld",), {"at": AFTER}),  # decided just now
    (("upheld",), {"at": NOW}),  # an hour from now: a clock was set back
    (("in_review",), {}),
    (("withdrawn",), {}),
    (("rejected",), {"member_id": "n"}),
    (("upheld",), {"member_id": None}),
)


def test_a_case_counts_by_its_first_decision_and_by_its_return_in_the_months_of_each(place: Place) -> None:
    def count(session: Session, key: Any) -> dict[str, Record]:
        return dict(count_records(session, key, SINCE, NOW))

    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, itertools.starmap(_rows, enumerate(CASES)))
            by_member = await store._database.read(lambda session: count(session, CaseRow.member_id))
            assert by_member == {
                "m": Record(decided=7, upheld=6, counter_notices_won=3),
                "n": Record(decided=1, upheld=0, counter_notices_won=0),
            }
            by_rule = await store._database.read(lambda session: count(session, CaseRow.rule_id))
            assert by_rule == {"r": Record(decided=2, upheld=2, counter_notices_won=1)}

    asyncio.run(work())


def _rows(number: int, case: tuple[Moves, dict[str, Any]]) -> Any:
    moves, values = case
    return case_rows(number, moves, **values)
