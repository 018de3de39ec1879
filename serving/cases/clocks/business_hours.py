"""Business hours: the hours of a country's business days, all 24 of each in its local time.

Hours are hours that really pass: a business day on which clocks change has 23 or 25 of them.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from serving.cases.clocks.business_calendar import business_calendar

_DAY: Final = datetime.timedelta(days=1)
_NONE: Final = datetime.timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTime:
    """A moment by which something must be done, in UTC, and the calendar by which it was computed."""

    at: datetime.datetime
    calendar: str


def due_at(started_at: datetime.datetime, hours: float, country: str) -> DueTime:
    """The first moment at which so many business hours have passed since `started_at` (aware).

    24 hours from Friday 15:00 end on Monday 15:00; from any time of a weekend, when Monday is over.

    Raises CalendarUnknown for a country that has no calendar.
    """
    return due_after(started_at, datetime.timedelta(hours=hours), country)


def due_after(started_at: datetime.datetime, business_time: datetime.timedelta, country: str) -> DueTime:
    """Like due_at, for a business time above zero."""
    calendar = business_calendar(country)
    first = day = calendar.day_of(started_at)
    at, left = started_at.astimezone(datetime.UTC), business_time
    while True:
        end = calendar.end_of(day)
        if calendar.is_business_day(day):
            if left <= end - at:
                return DueTime(at=at + left, calendar=calendar.describe(first, day))
            left -= end - at
        at, day = end, day + _DAY


def business_time_between(start: datetime.datetime, end: datetime.datetime, country: str) -> datetime.timedelta:
    """The business time from one aware moment to another; zero if the second is not later."""
    calendar = business_calendar(country)
    start, end = start.astimezone(datetime.UTC), end.astimezone(datetime.UTC)
    day, passed = calendar.day_of(start), _NONE
    while start < end:
        next_start = calendar.end_of(day)
        if calendar.is_business_day(day):
            passed += min(end, next_start) - start
        start, day = next_start, day + _DAY
    return passed
