"""The business days of a country, in its local time, as the package `holidays` has them."""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from holidays.version import __version__ as holidays_version

from serving.cases.clocks.time_zones import TZDATA_VERSION, zone_of
from serving.errors import CalendarUnknown

ESTIMATED: Final = ", estimated"
WEEKENDS_ONLY: Final = ", weekends only"
ESTIMATE_ENDINGS: Final = (ESTIMATED, WEEKENDS_ONLY)  # of the descriptions of calendars that lack something
_DAY: Final = datetime.timedelta(days=1)
# Here the law sets the holidays, and the government moves working days to weekends, year by year.
_DAYS_MOVED_BY_YEAR: Final = frozenset({"AZ", "BY", "CN", "HU", "KG", "KZ", "LV", "RU", "UZ", "VN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """Which days of a country are business days, and when each begins.

    Public holidays are those of the whole country; a holiday of a region only is a business day. Weekends are the
    country's own, with the working days that its government put on them.
    """

    country: str
    zone: ZoneInfo

    def is_business_day(self, day: datetime.date) -> bool:
        """Whether it is neither a public holiday nor a day of the weekend, or is a working day put on a weekend.

        In a year that is not known yet it is an estimate, which `describe` says: a case must not be lost for that.
        """
        return _holidays_of(self.country, day.year).is_working_day(day)

    def next_business_day(self, day: datetime.date) -> datetime.date:
        """The day itself, or the first business day after it."""
        while not self.is_business_day(day):
            day += _DAY
        return day

    def day_of(self, at: datetime.datetime) -> datetime.date:
        """The local day of an aware time."""
        return at.astimezone(self.zone).date()

    def start_of(self, day: datetime.date) -> datetime.datetime:
        """The first moment of a local day, in UTC, also of a day that begins at 01:00 because clocks go forward."""
        midnight = datetime.datetime.combine(day, datetime.time(), tzinfo=self.zone)
        return midnight.astimezone(datetime.UTC)

    def end_of(self, day: datetime.date) -> datetime.datetime:
        """The moment at which a local day is over, in UTC: the first of the next."""
        return self.start_of(day + _DAY)

    def describe(self, first: datetime.date, last: datetime.date) -> str:
        """Name what a due time between these days rests on: versions, country and zone.

        It ends in "weekends only" if one of the days lies in a year that the package lacks, else in "estimated" if one
        lies in a year whose moved working days it lacks, or if one, or a neighbour, is a holiday whose date it
        estimates (by the moon, until it is announced). In all it has at most 80 characters.
        """
        text = f"holidays {holidays_version} {self.country}, tzdata {TZDATA_VERSION} {self.zone.key}"
        if not all(self._has_year(year) for year in range(first.year, last.year + 1)):
            return text + WEEKENDS_ONLY
        return text + ESTIMATED if self._is_estimated(first, last) else text

    def _has_year(self, year: int) -> bool:
        known = _holidays_of(self.country, year)
        return known.start_year <= year <= known.end_year

    def _is_estimated(self, first: datetime.date, last: datetime.date) -> bool:
        if self.country in _DAYS_MOVED_BY_YEAR and last.year > _last_year_with_moved_days(self.country):
            return True
        days = (first + number * _DAY for number in range(-1, (last - first).days + 2))
        return any("estimated" in (_holidays_of(self.country, day.year).get(day) or "") for day in days)


@functools.cache
def business_calendar(country: str) -> BusinessCalendar:
    """The calendar of a country (ISO 3166-1 alpha-2). Raises CalendarUnknown if it or its time zone is not known."""
    if country not in holidays.list_supported_countries():
        raise CalendarUnknown(
            f"{country}: no calendar of holidays is known for this country; "
            "state the country of the market by its two letters (ISO 3166-1)"
        )
    return BusinessCalendar(country=country, zone=zone_of(country))


def is_older_estimate(description: str | None) -> bool:
    """Whether a calendar lacked something, by its description, and an older release of the package had made it.

    A newer one is none, so that servers of two releases on one store do not compute by turns.
    """
    if description is None or not description.endswith(ESTIMATE_ENDINGS):
        return False
    made_by = re.match(r"holidays (\d+(?:\.\d+)*) ", description)
    return made_by is not None and _numbers(made_by[1]) < _numbers(holidays_version)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


@functools.lru_cache(maxsize=1024)
def _holidays_of(country: str, year: int) -> holidays.HolidayBase:
    """Give the holidays of a year, none where the package lacks it; weekends are those of the country either way."""
    # A notice for one year may make a working day of a weekend of the year before.
    return holidays.country_holidays(country, years=(year, year + 1), expand=False, language=_language_of(country))


@functools.cache
def _language_of(country: str) -> str | None:
    # Only a holiday's name says that it is estimated.
    supported = holidays.country_holidays(country).supported_languages
    return "en_US" if "en_US" in supported else None


@functools.cache
def _last_year_with_moved_days(country: str) -> int:
    moved: dict[int, object] = getattr(holidays.country_holidays(country), "special_public_holidays", {})
    return max(moved, default=0)
