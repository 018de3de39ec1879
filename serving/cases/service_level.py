"""The service level: the share of cases that were decided within 24 business hours, with its interval."""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from serving.cases.clocks.business_hours import business_time_between
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.service_level import LateCase, ServiceGroup, ServiceLevel, ServiceShare
from serving.store.cases.service_rows import CountedCases, LateRecord, ServiceCounts, ServiceFilter
from vision.binomial import wilson_bounds

K = TypeVar("K")
DECISION_HOURS: Final = 24
# The share that the alliance reports of its members' requests: processed within 24 hours on business days.
BENCHMARK: Final = 0.97


def service_level(counted: CountedCases, wanted: ServiceFilter, now: datetime.datetime) -> ServiceLevel:
    """Give the shares of counted cases: of all, and by member, category, country and week."""
    members, days = counted.by_member_and_country, counted.by_day
    categories = {member_id: member.category for member_id, member in counted.members.items()}
    return ServiceLevel(
        at=utc_text(now),
        since=None if wanted.since is None else utc_text(wanted.since),
        until=None if wanted.until is None else utc_text(wanted.until),
        hours=DECISION_HOURS,
        benchmark=BENCHMARK,
        total=ServiceShare.model_validate(share_of(sum(members.values(), ServiceCounts()))),
        by_member=[_named(group, counted) for group in _groups(members, lambda key: key[0])],
        by_category=_groups(members, lambda key: categories.get(key[0]) if key[0] is not None else None),
        by_country=_groups(members, lambda key: key[1]),
        by_week=sorted(_groups(days, lambda day: week_of(day).isoformat()), key=lambda group: group.value or ""),
    )


def share_of(counts: ServiceCounts) -> dict[str, int | float | bool | None]:
    """Give the fields of a ServiceShare."""
    due = counts.in_time + counts.late + counts.overdue
    low, high = wilson_bounds(counts.in_time, due) if due else (None, None)
    return {
        **dataclasses.asdict(counts),
        "cases": due + counts.pending + counts.withdrawn,
        "share": counts.in_time / due if due else None,
        "low": low,
        "high": high,
        "meets_benchmark": _compare(low, high),
    }


def week_of(day: datetime.date) -> datetime.date:
    """Give the Monday of a day's week."""
    return day - datetime.timedelta(days=day.weekday())


def late_case(record: LateRecord, now: datetime.datetime) -> LateCase:
    """Give a late case as it is listed, with its delay until its decision or until now."""
    return LateCase(
        case_id=record.case_id,
        created_at=utc_text(record.created_at),
        member_id=record.member_id,
        product=record.product,
        country=record.country,
        state=record.state,
        due_at=None if record.due_at is None else utc_text(record.due_at),
        due_calendar=record.due_calendar,
        decided_at=None if record.decided_at is None else utc_text(record.decided_at),
        late_by_h=_late_by_h(record, now),
    )


def _compare(low: float | None, high: float | None) -> bool | None:
    if low is None or high is None or low < BENCHMARK <= high:
        return None
    return low >= BENCHMARK


def _groups(counted: Mapping[K, ServiceCounts], value_of: Callable[[K], str | None]) -> list[ServiceGroup]:
    groups: defaultdict[str | None, ServiceCounts] = defaultdict(ServiceCounts)
    for key, counts in counted.items():
        groups[value_of(key)] += counts
    return _largest_first(
        ServiceGroup.model_validate({"value": value, **share_of(counts)}) for value, counts in groups.items()
    )


def _named(group: ServiceGroup, counted: CountedCases) -> ServiceGroup:
    member = None if group.value is None else counted.members.get(group.value)
    return group if member is None else group.model_copy(update={"name": member.name})


def _largest_first(groups: Iterable[ServiceGroup]) -> list[ServiceGroup]:
    return sorted(groups, key=lambda group: (-group.cases, group.value or ""))


def _late_by_h(record: LateRecord, now: datetime.datetime) -> float | None:
    if record.due_at is None:
        return None
    late_by = business_time_between(record.due_at, record.decided_at or now, record.country)
    return round(late_by.total_seconds() / 3600, 2)
