"""Periods that a law sets in days and months: China's fifteen days, and the EU's six months for a complaint.

Sources: E-Commerce Law of the People's Republic of China, Art. 42 and 43; its Civil Code, Art. 201 to 203; Regulation
(EU) 2022/2065 (DSA), Art. 20; Regulation (EEC, Euratom) 1182/71, Art. 3.
"""

from __future__ import annotations

import datetime
from calendar import SATURDAY, monthrange
from dataclasses import dataclass, replace
from typing import Final, Literal

from serving.cases.clocks.business_calendar import BusinessCalendar, business_calendar
from serving.cases.clocks.business_hours import DueTime

Jurisdiction = Literal["CN", "EU", "other"]
HolderAction = Literal["complaint", "suit"]

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_COUNTRIES: Final = frozenset(_EU.split())
HOLDER_DAYS: Final = 15
COMPLAINT_MONTHS: Final = 6


def jurisdiction_of(country: str) -> Jurisdiction:
    """Whose periods apply in a country (ISO 3166-1 alpha-2). China's are those of the mainland, not of HK, MO or TW."""
    if country == "CN":
        return "CN"
    return "EU" if country in EU_COUNTRIES else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderPeriod:
    """The fifteen days in which a right holder in China who got the seller's declaration may complain or sue.

    Natural days: the day on which the declaration reached the holder is not counted, and the fifteenth day after it
    ends at 24:00 in Shanghai, or on the next working day if it is a day off. Without notice of a complaint to an
    authority or of a suit by then, the measures against the listing must end (Art. 43).
    """

    reached_at: datetime.datetime
    stopped_at: datetime.datetime | None = None
    stopped_by: HolderAction | None = None

    def ends(self) -> DueTime:
        """When the fifteen days are over."""
        calendar = business_calendar("CN")
        first = calendar.day_of(self.reached_at)
        last = first + datetime.timedelta(days=HOLDER_DAYS)
        return _end_of(calendar, last, calendar.next_business_day(last))

    def stop(self, at: datetime.datetime, by: HolderAction) -> HolderPeriod:
        """Note that the holder gave notice. One that comes when the days are over, or a second one, changes nothing."""
        if self.stopped_at is not None or at >= self.ends().at:
            return self
        return replace(self, stopped_at=at, stopped_by=by)

    def has_lapsed(self, now: datetime.datetime) -> bool:
        """Whether the days are over without a notice."""
        return self.stopped_at is None and now >= self.ends().at


def complaint_window(informed_at: datetime.datetime, country: str) -> DueTime:
    """When the six months are over in which a decision may be complained about; `informed_at` is aware.

    They run from the day on which the recipient was informed (Art. 20 (2)) to the end of the day of the same number in
    the sixth month after, or of its last day if that is shorter; where that is a day off in the country, to the end of
    its next working day. The country is a member state of the EU.
    """
    calendar = business_calendar(country)
    last = months_after(calendar.day_of(informed_at), COMPLAINT_MONTHS)
    end = calendar.next_business_day(last)
    while end.weekday() >= SATURDAY:  # no working day of the regulation, even where a government made it one
        end = calendar.next_business_day(end + datetime.timedelta(days=1))
    return _end_of(calendar, last, end)


def months_after(day: datetime.date, count: int) -> datetime.date:
    """The day of the same number so many months later, or before where `count` is negative, or that month's last."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, monthrange(year, month)[1]))


def _end_of(calendar: BusinessCalendar, last: datetime.date, moved_to: datetime.date) -> DueTime:
    return DueTime(at=calendar.end_of(moved_to), calendar=calendar.describe(last, moved_to))
