from __future__ import annotations

import datetime
from typing import Any

import pytest

from serving.store.cases.case_answers import summary_of
from serving.store.tables import CaseRow
from tests.serving.builders.cases.decided_cases import FIRST, case_rows
from tests.serving.builders.cases.new_cases import HOUR

DUE = FIRST + 24 * HOUR


@pytest.mark.parametrize(
    ("moves", "values", "now", "is_late"),
    [
        ((), {}, DUE, False),
        ((), {}, DUE + HOUR, True),
        (("in_review",), {}, DUE + HOUR, True),
        ((), {"due_at": None}, DUE + HOUR, False),  # paused
        (("withdrawn",), {}, DUE + HOUR, False),
        (("upheld",), {}, DUE + HOUR, False),
        (("upheld",), {"decided_in_time": False}, DUE - HOUR, True),
        (("rejected", "in_review"), {}, DUE + HOUR, False),  # decided in time, and complained about
    ],
)
def test_a_case_is_late_by_its_decision_or_while_it_has_none(
    moves: tuple[str, ...], values: dict[str, Any], now: datetime.datetime, is_late: bool
) -> None:
    row = case_rows(1, moves, **values)[0]
    assert isinstance(row, CaseRow)
    summary = summary_of(row, 3, now)
    assert (summary.is_late, summary.listing_count, summary.state) == (is_late, 3, row.state)
