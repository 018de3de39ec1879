from __future__ import annotations

import datetime

import pytest

from serving.cases.clocks.periods import EU_COUNTRIES, HolderPeriod, complaint_window, jurisdiction_of

REACHED = datetime.datetime.fromisoformat("2025-03-03T09:00+08:00")
END = datetime.datetime.fromisoformat("2025-03-19T00:00+08:00")
SECOND = datetime.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("country", "jurisdiction"),
    [("CN", "CN"), ("HK", "other"), ("TW", "other"), ("DE", "EU"), ("GR", "EU"), ("GB", "other"), ("NO", "other")],
)
def test_a_country_has_one_jurisdiction(country: str, jurisdiction: str) -> None:
    assert jurisdiction_of(country) == jurisdiction
    assert len(EU_COUNTRIES) == 27


@pytest.mark.parametrize("by", ["complaint", "suit"])
def test_notice_of_a_complaint_or_a_suit_stops_the_fifteen_days(by: str) -> None:
    running = HolderPeriod(reached_at=REACHED)
    assert not running.has_lapsed(END - SECOND)
    assert running.has_lapsed(END)
    stopped = running.stop(END - SECOND, "complaint" if by == "complaint" else "suit")
    assert (stopped.stopped_at, stopped.stopped_by) == (END - SECOND, by)
    assert not stopped.has_lapsed(END + 100 * SECOND)


def test_a_notice_after_the_fifteen_days_or_after_another_changes_nothing() -> None:
    running = HolderPeriod(reached_at=REACHED)
    assert running.stop(END, "suit") == running
    stopped = running.stop(REACHED + SECOND, "complaint")
    assert stopped.stop(REACHED + 2 * SECOND, "suit") == stopped


def test_a_period_that_ends_in_a_year_without_published_days_off_is_estimated() -> None:
    end = HolderPeriod(reached_at=datetime.datetime(2040, 4, 2, 12, tzinfo=datetime.UTC)).ends()
    assert end.at == datetime.datetime.fromisoformat("2040-04-18T00:00+08:00")  # Tuesday 17 April is over
    assert end.calendar.endswith(", estimated")


def test_a_complaint_window_is_at_least_six_months_for_every_day_of_three_years() -> None:
    for number in range(3 * 365):
        informed = datetime.datetime(2023, 1, 1, 12, tzinfo=datetime.UTC) + datetime.timedelta(days=number)
        end = complaint_window(informed, "DE").at
        assert datetime.timedelta(days=181) <= end - informed <= datetime.timedelta(days=191)
