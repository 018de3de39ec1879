"""Business hours by another method than the server's: the time within working days is summed, and a due time is found
by halving the interval in which it lies."""

from __future__ import annotations

import datetime

from simulator.world.working_hours import is_working_day, zone_of

_DAY = datetime.timedelta(days=1)
_MILLISECOND = datetime.timedelta(milliseconds=1)
_LONGEST = datetime.timedelta(days=60)


def business_time(start: datetime.datetime, end: datetime.datetime, country: str) -> datetime.timedelta:
    """Give how much of an interval lies in working days of a country, midnight to midnight of its local time."""
    zone = zone_of(country)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    total = datetime.timedelta()
    while day <= last:
        if is_working_day(country, day):
            begins, ends = (_midnight(day + after, zone) for after in (datetime.timedelta(), _DAY))
            total += max(min(end, ends) - max(start, begins), datetime.timedelta())
        day += _DAY
    return total


def after_business_time(start: datetime.datetime, wanted: datetime.timedelta, country: str) -> datetime.datetime:
    """Give the first millisecond at which as much business time has passed since `start`."""
    low, high = 0, _LONGEST // _MILLISECOND
    while low < high:
        middle = (low + high) // 2
        if business_time(start, start + middle * _MILLISECOND, country) >= wanted:
            high = middle
        else:
            low = middle + 1
    return start + low * _MILLISECOND


def _midnight(day: datetime.date, zone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone).astimezone(datetime.UTC)
