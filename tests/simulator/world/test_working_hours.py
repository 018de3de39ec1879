"""People work in office hours of their country, on make-up days too, and not on public holidays."""

from __future__ import annotations

import datetime

import pytest

from simulator.world.working_hours import next_office_time


@pytest.mark.parametrize(
    ("country", "moment", "expected"),
    [
        ("DE", "2026-11-26T10:00+01:00", "2026-11-26T10:00+01:00"),  # Thursday
        ("DE", "2026-11-26T06:00+01:00", "2026-11-26T09:00+01:00"),
        ("DE", "2026-11-27T17:00+01:00", "2026-11-30T09:00+01:00"),  # over a weekend
        ("DE", "2026-12-24T18:00+01:00", "2026-12-28T09:00+01:00"),  # over Christmas
        ("US", "2026-11-25T18:00-05:00", "2026-11-27T09:00-05:00"),  # over Thanksgiving
        ("CN", "2026-02-13T18:00+08:00", "2026-02-14T09:00+08:00"),  # a Saturday that makes up for the Spring Festival
    ],
)
def test_the_next_office_time_is_within_hours_of_a_working_day(country: str, moment: str, expected: str) -> None:
    found = next_office_time(country, datetime.datetime.fromisoformat(moment))
    assert found == datetime.datetime.fromisoformat(expected)
