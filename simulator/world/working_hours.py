"""When people of a country work, from the public holidays of the library `holidays` and local time."""

from __future__ import annotations

import datetime
import functools
from zoneinfo import ZoneInfo

import holidays

from simulator.world.members import COUNTRIES

FIRST_HOUR, LAST_HOUR = 9, 17


@functools.lru_cache(maxsize=64)
def _calendar(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=(year, year + 1), expand=False)


def is_working_day(country: str, day: datetime.date) -> bool:
    """Whether offices of a country are open on a day; make-up days at weekends count."""
    return _calendar(country, day.year).is_working_day(day)


def zone_of(country: str) -> ZoneInfo:
    """Give the time zone of a country's offices."""
    return ZoneInfo(COUNTRIES[country])


def next_office_time(country: str, moment: datetime.datetime) -> datetime.datetime:
    """Give the moment itself within office hours, else the next time at which offices open, in UTC."""
    zone = zone_of(country)
    local = moment.astimezone(zone)
    day = local.date()
    if is_working_day(country, day) and local.hour < LAST_HOUR:
        opens = datetime.datetime.combine(day, datetime.time(FIRST_HOUR), zone)
        return max(moment, opens.astimezone(datetime.UTC))
    day += datetime.timedelta(days=1)
    while not is_working_day(country, day):
        day += datetime.timedelta(days=1)
    return datetime.datetime.combine(day, datetime.time(FIRST_HOUR), zone).astimezone(datetime.UTC)
