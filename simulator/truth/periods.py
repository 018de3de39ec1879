"""The days after which the server moves a case by itself: fifteen in China, six months in the EU."""

from __future__ import annotations

import datetime
from typing import Final

from simulator.world.working_hours import is_working_day, zone_of

_DAY: Final = datetime.timedelta(days=1)
_SATURDAY: Final = 5


def holder_days_end(reached_at: datetime.datetime) -> datetime.datetime:
    """Give when the fifteen days of a right holder in China are over: at the midnight after a working day."""
    day = reached_at.astimezone(zone_of("CN")).date() + 15 * _DAY
    while not is_working_day("CN", day):
        day += _DAY
    return _midnight_after(day, "CN")


def complaint_months_end(communicated_at: datetime.datetime, country: str) -> datetime.datetime:
    """Give when the six months for a complaint are over: at the midnight after a working day that is no weekend."""
    day = communicated_at.astimezone(zone_of(country)).date()
    wanted = day.day
    for _ in range(6):  # to the first of the next month, six times
        day = (day.replace(day=1) + 32 * _DAY).replace(day=1)
    last_of_month = ((day + 32 * _DAY).replace(day=1) - _DAY).day
    day = day.replace(day=min(wanted, last_of_month))
    while day.weekday() >= _SATURDAY or not is_working_day(country, day):
        day += _DAY
    return _midnight_after(day, country)


def _midnight_after(day: datetime.date, country: str) -> datetime.datetime:
    return datetime.datetime.combine(day + _DAY, datetime.time(), zone_of(country)).astimezone(datetime.UTC)
