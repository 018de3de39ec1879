"""The service level: shares and intervals by member, category, country and week, and every late case."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from serving.schemas.checks import utc_text
from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.cases import TrueCase
from simulator.truth.events import MemberJoined
from simulator.truth.service_level import TrueShare, late_by_h, shares_by, true_share, week_of

DECIMALS = 6  # of shares and intervals: two programs round the quantile of the normal distribution differently


async def compare_service_level(
    comparison: Comparison,
    api: Api,
    truth: Sequence[TrueCase],
    members: Mapping[str, MemberJoined],
    who: str,
    now: datetime.datetime,
) -> None:
    """Compare the service level as a caller sees it with that of the cases that it notified."""
    quarter = now - datetime.timedelta(days=90)
    for since in (None, quarter):
        received = [case for case in truth if since is None or case.opened.at >= since]
        wanted = {} if since is None else {"since": since.isoformat()}
        where = f"service level: of {who}, {wanted}"
        answered = await api.get("/v1/service-level", **wanted)
        comparison.equal(f"{where}, total", truth=_shown(true_share(received, now)), answered=_read(answered["total"]))
        groups = {
            "by_member": shares_by(received, lambda case: case.opened.member_id, now),
            "by_category": shares_by(received, lambda case: _category(case, members), now),
            "by_country": shares_by(received, lambda case: case.opened.country, now),
            "by_week": shares_by(received, week_of, now),
        }
        for name, expected in groups.items():
            comparison.equal_items(
                f"{where}, {name}",
                truth={value: _shown(share) for value, share in expected.items()},
                answered={group["value"]: _read(group) for group in answered[name]},
            )
    await _compare_late(comparison, api, truth, who, now)


async def _compare_late(
    comparison: Comparison, api: Api, truth: Sequence[TrueCase], who: str, now: datetime.datetime
) -> None:
    found = await api.list_all("/v1/service-level/late", "cases", limit=200)
    comparison.equal_items(
        f"service level: late cases of {who}",
        truth={
            case.opened.case_id: (utc_text(case.due_at), late_by_h(case, now)) for case in truth if case.is_late(now)
        },
        answered={case["case_id"]: (case["due_at"], case["late_by_h"]) for case in found},
    )


def _category(case: TrueCase, members: Mapping[str, MemberJoined]) -> str | None:
    return None if case.opened.member_id is None else members[case.opened.member_id].category


def _shown(share: TrueShare) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {
        "cases": share.cases,
        "in_time": share.in_time,
        "late": share.late,
        "overdue": share.overdue,
        "pending": share.pending,
        "withdrawn": share.withdrawn,
        "share": _rounded(share.share),
        "low": _rounded(low),
        "high": _rounded(high),
        "meets_benchmark": share.meets_benchmark,
    }


def _read(answered: Mapping[str, Any]) -> dict[str, Any]:
    rounded = {name: _rounded(answered[name]) for name in ("share", "low", "high")}
    counted = ("cases", "in_time", "late", "overdue", "pending", "withdrawn", "meets_benchmark")
    return {**{name: answered[name] for name in counted}, **rounded}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)
