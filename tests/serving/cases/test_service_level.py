from __future__ import annotations

import datetime

import pytest

from serving.cases.service_level import BENCHMARK, late_case, service_level, share_of, week_of
from serving.schemas.enforcement.service_level import ServiceGroup
from serving.store.cases.service_rows import CountedCases, CountedMember, LateRecord, ServiceCounts, ServiceFilter

NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


# Intervals by R: binom.confint(in_time, n, methods = "wilson"), as by the formula of Wilson (1927)
@pytest.mark.parametrize(
    ("counts", "cases", "share", "low", "high", "meets"),
    [
        (ServiceCounts(), 0, None, None, None, None),
        (ServiceCounts(pending=3, withdrawn=2), 5, None, None, None, None),
        (ServiceCounts(in_time=1), 1, 1.0, 0.2065, 1.0, None),
        (ServiceCounts(in_time=9, overdue=1), 10, 0.9, 0.5958, 0.9821, None),
        (ServiceCounts(in_time=90, late=8, overdue=2, pending=7, withdrawn=1), 108, 0.9, 0.8256, 0.9448, False),
        (ServiceCounts(in_time=990, late=10), 1000, 0.99, 0.9817, 0.9946, True),
        (ServiceCounts(in_time=97, late=3), 100, 0.97, 0.9155, 0.9897, None),
        (ServiceCounts(late=2, overdue=1), 3, 0.0, 0.0, 0.5615, False),
    ],
)
def test_the_share_is_of_what_was_decided_or_should_have_been(
    counts: ServiceCounts, cases: int, share: float | None, low: float | None, high: float | None, meets: bool | None
) -> None:
    found = share_of(counts)
    assert found["cases"] == cases
    assert found["share"] == share
    assert found["low"] == (None if low is None else pytest.approx(low, abs=5e-5))
    assert found["high"] == (None if high is None else pytest.approx(high, abs=5e-5))
    assert found["meets_benchmark"] is meets
    assert BENCHMARK == 0.97


COUNTED = CountedCases(
    by_member_and_country={
        ("a", "DE"): ServiceCounts(in_time=5, late=1),
        ("a", "CN"): ServiceCounts(in_time=2),
        ("b", "DE"): ServiceCounts(in_time=1, overdue=1, withdrawn=1),
        ("gone", "DE"): ServiceCounts(pending=1),
        (None, "CN"): ServiceCounts(in_time=4),
    },
    by_day={
        datetime.date(2026, 11, 22): ServiceCounts(in_time=7, late=1),  # a Sunday
        datetime.date(2026, 11, 23): ServiceCounts(in_time=4, overdue=1, withdrawn=1),
        datetime.date(2026, 11, 25): ServiceCounts(in_time=1, pending=1),
    },
    members={
        "a": CountedMember(name="Acme", category="footwear"),
        "b": CountedMember(name="Bolt", category="footwear"),
    },
)


def in_short(groups: list[ServiceGroup]) -> list[tuple[str | None, str | None, int, int]]:
    return [(group.value, group.name, group.cases, group.in_time) for group in groups]


def test_figures_are_added_up_by_member_category_country_and_week() -> None:
    level = service_level(COUNTED, ServiceFilter(since=moment("2026-11-01T00:00+00:00")), NOW)
    assert (level.total.cases, level.total.in_time, level.total.share) == (16, 12, 12 / 14)
    assert in_short(level.by_member) == [
        ("a", "Acme", 8, 7), (None, None, 4, 4), ("b", "Bolt", 3, 1), ("gone", None, 1, 0),
    ]  # fmt: skip
    assert in_short(level.by_category) == [("footwear", None, 11, 8), (None, None, 5, 4)]
    assert in_short(level.by_country) == [("DE", None, 10, 6), ("CN", None, 6, 6)]
    assert in_short(level.by_week) == [("2026-11-16", None, 8, 7), ("2026-11-23", None, 8, 5)]
    assert (level.since, level.until, level.hours) == ("2026-11-01T00:00:00.000Z", None, 24)
    for groups in (level.by_member, level.by_category, level.by_country, level.by_week):
        for field in ("cases", "in_time", "late", "overdue", "pending", "withdrawn"):
            assert sum(getattr(group, field) for group in groups) == getattr(level.total, field), field


@pytest.mark.parametrize(
    ("day", "monday"), [("2026-11-23", "2026-11-23"), ("2026-11-29", "2026-11-23"), ("2026-01-01", "2025-12-29")]
)
def test_a_week_begins_on_monday(day: str, monday: str) -> None:
    assert week_of(datetime.date.fromisoformat(day)).isoformat() == monday


@pytest.mark.parametrize(
    ("country", "due", "decided", "hours"),
    [
        ("DE", "2025-06-16T13:00+00:00", "2025-06-16T14:30+00:00", 1.5),
        ("DE", "2025-06-13T13:00+00:00", "2025-06-16T13:00+00:00", 24.0),  # over a weekend
        ("DE", "2026-11-26T10:00+00:00", None, 2.0),  # until now
        ("DE", None, None, None),
        ("CN", "2040-07-10T04:00+00:00", "2040-07-11T05:00+00:00", 25.0),  # of a year without published days
    ],
)
def test_a_late_case_says_by_how_many_business_hours(
    country: str, due: str | None, decided: str | None, hours: float | None
) -> None:
    record = LateRecord(
        case_id="c", created_at=NOW, member_id=None, product="toy", country=country, state="upheld",
        due_at=None if due is None else moment(due), due_calendar="x",
        decided_at=None if decided is None else moment(decided),
    )  # fmt: skip
    assert late_case(record, NOW).late_by_h == hours
