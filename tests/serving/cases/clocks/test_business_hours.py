from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.cases.clocks.business_hours import business_time_between, due_after, due_at
from serving.errors import CalendarUnknown

HOUR = datetime.timedelta(hours=1)
MOMENTS = st.datetimes(datetime.datetime(2024, 1, 1), datetime.datetime(2026, 9, 1), timezones=st.just(datetime.UTC))
COUNTRIES = st.sampled_from(["CN", "DE", "US", "IL", "EG", "SA", "KZ", "AU"])


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@given(start=MOMENTS, minutes=st.integers(1, 20_000), country=COUNTRIES)
@settings(max_examples=150, deadline=None)
def test_the_business_time_until_a_due_time_is_what_was_asked(
    start: datetime.datetime, minutes: int, country: str
) -> None:
    due = due_after(start, datetime.timedelta(minutes=minutes), country)
    assert business_time_between(start, due.at, country) == datetime.timedelta(minutes=minutes)
    second = datetime.timedelta(seconds=1)
    assert business_time_between(start, due.at - second, country) < datetime.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("country", "start", "end", "hours"),
    [
        ("DE", "2025-06-13T15:00+02:00", "2025-06-16T15:00+02:00", 24),
        ("DE", "2025-06-14T00:00+02:00", "2025-06-16T00:00+02:00", 0),
        ("DE", "2025-06-16T15:00+02:00", "2025-06-13T15:00+02:00", 0),  # a clock that was set back
        ("IL", "2025-10-26T00:00+03:00", "2025-10-27T00:00+02:00", 25),
        ("CN", "2025-01-24T00:00+08:00", "2025-02-06T00:00+08:00", 24 * 4),  # 24, 26, 27 January, 5 February
        ("US", "2025-11-27T00:00-05:00", "2025-11-28T00:00-05:00", 0),
    ],
)
def test_business_time_passes_on_business_days_only(country: str, start: str, end: str, hours: int) -> None:
    assert business_time_between(moment(start), moment(end), country) == hours * HOUR


def test_a_due_time_past_the_known_years_is_estimated_and_one_before_their_end_is_not() -> None:
    known = due_at(moment("2025-12-30T12:00+08:00"), 24, "CN")
    assert known.at == moment("2025-12-31T12:00+08:00")
    assert not known.calendar.endswith("estimated")
    estimate = due_at(moment("2039-12-30T12:00+08:00"), 24, "CN")  # a Friday, before Sunday's New Year and its Monday
    assert estimate.at == moment("2040-01-03T12:00+08:00")
    assert estimate.calendar.endswith(", estimated")


def test_a_country_that_has_no_calendar_has_no_due_time() -> None:
    with pytest.raises(CalendarUnknown):
        due_at(moment("2026-12-31T12:00+08:00"), 24, "BV")


def test_the_calendar_of_a_due_time_is_stored_with_it() -> None:
    due = due_at(moment("2025-06-13T15:00+02:00"), 24, "DE")
    assert due.calendar.endswith(" Europe/Berlin")
    # A morning in Morocco, two days before the feast of which nobody knows the day yet.
    assert due_at(moment("2026-05-25T09:00+01:00"), 24, "MA").calendar.endswith(", estimated")
