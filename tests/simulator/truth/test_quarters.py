"""Quarters are those of UTC, and an interval has each of them once."""

from __future__ import annotations

import datetime

from simulator.truth.quarters import is_in, quarters_between


def test_an_interval_names_each_quarter_in_which_some_of_it_lies() -> None:
    start, end = (
        datetime.datetime(2025, 11, 30, tzinfo=datetime.UTC),
        datetime.datetime(2026, 7, 1, tzinfo=datetime.UTC),
    )
    assert quarters_between(start, end) == ["2025-Q4", "2026-Q1", "2026-Q2"]
    assert quarters_between(start, end + datetime.timedelta(seconds=1))[-1] == "2026-Q3"


def test_a_moment_is_in_the_quarter_of_its_month() -> None:
    months = [datetime.datetime(2026, month, 1, tzinfo=datetime.UTC) for month in range(1, 13)]
    assert [next(q for q in range(1, 5) if is_in(f"2026-Q{q}", moment)) for moment in months] == [
        1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4,
    ]  # fmt: skip
