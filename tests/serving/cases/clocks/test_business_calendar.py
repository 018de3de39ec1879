from __future__ import annotations

import datetime

import holidays
import pytest
from holidays.version import __version__

from serving.cases.clocks.business_calendar import business_calendar, is_older_estimate
from serving.cases.clocks.time_zones import TZDATA_VERSION
from serving.errors import CalendarUnknown
from serving.schemas.countries import COUNTRIES

# The notices of the General Office of the State Council for each year: days off, and working days on weekends.
OFF = {
    2024: "01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10 09-15..09-17 10-01..10-07",
    2025: "01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
    2026: "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
}
WORKED = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def days(year: int, text: str) -> set[datetime.date]:
    found = set()
    for part in text.split():
        first, _, last = part.partition("..")
        day, end = (datetime.date.fromisoformat(f"{year}-{end}") for end in (first, last or first))
        while day <= end:
            found.add(day)
            day += datetime.timedelta(days=1)
    return found


@pytest.mark.parametrize("year", OFF)
def test_every_day_of_china_is_as_the_state_council_published_it(year: int) -> None:
    calendar, off, worked = business_calendar("CN"), days(year, OFF[year]), days(year, WORKED[year])
    for number in range(366 if year % 4 == 0 else 365):
        day = datetime.date(year, 1, 1) + datetime.timedelta(days=number)
        expected = day in worked or (day.weekday() < 5 and day not in off)
        assert calendar.is_business_day(day) == expected, day


@pytest.mark.parametrize(
    ("country", "year", "weekend"),
    [
        ("DE", 2025, "Sat Sun"),
        ("AE", 2025, "Sat Sun"),
        ("AE", 2021, "Fri Sat"),
        ("SA", 2025, "Fri Sat"),
        ("EG", 2025, "Fri Sat"),
        ("IL", 2025, "Fri Sat"),
        ("JO", 2025, "Fri Sat"),
        ("KW", 2025, "Fri Sat"),
        ("QA", 2025, "Fri Sat"),
        ("BD", 2025, "Fri Sat"),
        ("DZ", 2025, "Fri Sat"),
        ("BN", 2025, "Fri Sun"),
        ("HK", 2025, "Sun"),
    ],
)
def test_a_weekend_is_the_countrys_own(country: str, year: int, weekend: str) -> None:
    calendar = business_calendar(country)
    week = [datetime.date(year, 11, 15) + datetime.timedelta(days=number) for number in range(7)]
    assert not holidays.country_holidays(country, years=year).keys() & set(week), "choose a week without holidays"
    assert {day.strftime("%a") for day in week if not calendar.is_business_day(day)} == set(weekend.split())


# Until the State Council moves days, the holidays of its regulation (2024, No. 795) and the weekends are the estimate.
# Chinese New Year of 2040 is on 12 February, of 2041 on 1 February.
@pytest.mark.parametrize(
    ("day", "is_business_day"),
    [
        ("2040-01-01", False),
        ("2040-02-13", False),  # the second day of Spring Festival, a Monday
        ("2040-02-20", True),
        ("2040-10-02", False),
        ("2041-01-31", False),  # New Year's Eve, a Thursday
    ],
)
def test_a_year_of_which_china_has_not_moved_days_yet_is_estimated(day: str, is_business_day: bool) -> None:
    calendar, date = business_calendar("CN"), datetime.date.fromisoformat(day)
    assert calendar.is_business_day(date) == is_business_day
    text = calendar.describe(date, date)
    assert text.startswith(f"holidays {__version__} CN, ")
    assert text.endswith(", estimated")


@pytest.mark.parametrize("year", [1900, 2150])
def test_a_year_that_the_package_lacks_has_weekends_alone_and_says_so(year: int) -> None:
    for country in ("CN", "LK"):
        calendar, monday = business_calendar(country), datetime.date(year, 1, 1)
        while monday.weekday() > 0:
            monday += datetime.timedelta(days=1)
        week = [monday + datetime.timedelta(days=number) for number in range(7)]
        assert [calendar.is_business_day(day) for day in week] == [True] * 5 + [False] * 2
        assert calendar.describe(monday, monday).endswith(", weekends only")


@pytest.mark.parametrize(
    ("description", "is_older"),
    [
        ("holidays 0.98 CN, tzdata 2025b Asia/Shanghai, estimated", True),
        ("holidays 0.100.2 LK, tzdata 2026f Asia/Colombo, weekends only", True),
        ("holidays 0.98 CN, tzdata 2025b Asia/Shanghai", False),
        (f"holidays {__version__} CN, tzdata 2025b Asia/Shanghai, estimated", False),
        ("holidays 1.2 CN, tzdata 2025b Asia/Shanghai, estimated", False),  # by another server, which knows more
        ("c", False),
        (None, False),
    ],
)
def test_an_estimate_of_an_older_release_is_known_by_its_description(description: str | None, is_older: bool) -> None:
    assert is_older_estimate(description) == is_older


@pytest.mark.parametrize("country", ["ZZ", "", "XX", "USA", "UK", "de", "HM", "NYSE"])
def test_an_unknown_country_is_not_guessed(country: str) -> None:
    with pytest.raises(CalendarUnknown, match="state the country of the market") as caught:
        business_calendar(country)
    assert caught.value.code == "calendar_unknown"


def test_every_country_of_a_case_but_two_islands_has_a_calendar() -> None:
    for country in sorted(COUNTRIES - {"BV", "HM"}):
        calendar = business_calendar(country)
        assert isinstance(calendar.is_business_day(datetime.date(2025, 3, 5)), bool)
        for year in (2025, 2030, 2150):
            text = calendar.describe(datetime.date(year, 12, 30), datetime.date(year + 1, 1, 2))
            assert len(text) <= 80, "the column of the store has so many"


@pytest.mark.parametrize(
    ("country", "day", "is_estimated"),
    [
        ("DE", "2026-05-27", False),
        ("MA", "2026-05-27", True),  # Eid al-Adha by an estimate of the moon
        ("MA", "2026-05-26", True),  # the day before: the moon may be seen a day earlier
        ("MA", "2026-07-07", False),
        ("SA", "2025-06-05", False),  # announced
        ("HU", "2026-06-01", False),
        ("HU", "2030-06-03", True),  # working days moved to weekends are decreed year by year
        ("CN", "2026-12-31", False),
    ],
)
def test_an_estimate_is_called_one(country: str, day: str, is_estimated: bool) -> None:
    calendar, date = business_calendar(country), datetime.date.fromisoformat(day)
    text = calendar.describe(date, date)
    assert text.startswith(f"holidays {__version__} {country}, tzdata {TZDATA_VERSION} {calendar.zone.key}")
    assert text.endswith(", estimated") == is_estimated


def test_a_day_may_begin_at_one_and_last_23_or_25_hours() -> None:
    cairo = business_calendar("EG")
    friday, thursday = datetime.date(2024, 4, 26), datetime.date(2024, 10, 31)
    assert cairo.start_of(friday).astimezone(cairo.zone).isoformat() == "2024-04-26T01:00:00+03:00"
    assert cairo.end_of(friday) - cairo.start_of(friday) == datetime.timedelta(hours=23)
    assert cairo.end_of(thursday) - cairo.start_of(thursday) == datetime.timedelta(hours=25)
    samoa = business_calendar("WS")
    skipped = datetime.date(2011, 12, 30)
    assert samoa.end_of(skipped) == samoa.start_of(skipped), "Samoa had no such Friday"
