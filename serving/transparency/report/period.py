"""Quarters and years of a report, in UTC."""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Final

from serving.errors import QuarterInvalid

_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = datetime.MAXYEAR - 1  # the last one whose end is a date


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A named span of time: from `since` on, before `until`."""

    name: str
    since: datetime.datetime
    until: datetime.datetime

    @property
    def last_day(self) -> datetime.date:
        """The last day that belongs to it."""
        return (self.until - datetime.timedelta(days=1)).date()

    @property
    def quarters(self) -> tuple[str, ...]:
        """The names of its quarters: its own, or those of the year."""
        return (self.name,) if "Q" in self.name else tuple(f"{self.name}-Q{number}" for number in range(1, 5))


def quarter_of(name: str) -> Period:
    """Read a quarter such as `2026-Q1`; raises QuarterInvalid."""
    match = _QUARTER.fullmatch(name)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        message = f"write it like 2026-Q1, from {FIRST_YEAR} to {LAST_YEAR}"
        raise QuarterInvalid(f"quarter: {name!r} is none; {message}", [("quarter", message)])
    year, first_month = int(match[1]), 3 * int(match[2]) - 2
    return Period(name=name, since=_first_day(year, first_month), until=_first_day(year, first_month + 3))


def year_of(name: str) -> Period:
    """Read a year such as `2026`; raises QuarterInvalid."""
    if not _YEAR.fullmatch(name) or not FIRST_YEAR <= int(name) <= LAST_YEAR:
        message = f"write it like 2026, from {FIRST_YEAR} to {LAST_YEAR}"
        raise QuarterInvalid(f"year: {name!r} is none; {message}", [("year", message)])
    return Period(name=name, since=_first_day(int(name), 1), until=_first_day(int(name), 13))


def _first_day(year: int, month: int) -> datetime.datetime:
    year, month = (year + 1, month - 12) if month > 12 else (year, month)
    return datetime.datetime(year, month, 1, tzinfo=datetime.UTC)
