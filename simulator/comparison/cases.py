"""The figures of takedown cases: counts, lists, CSV, and each case with its moves and due time."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from serving.schemas.checks import utc_text
from simulator.api import Api, Json
from simulator.comparison.figures import Comparison
from simulator.truth.cases import TrueCase


async def compare_cases(
    comparison: Comparison, api: Api, truth: Sequence[TrueCase], who: str, now: datetime.datetime
) -> None:
    """Compare counts, lists and CSV as a caller sees them with the cases that it may see."""
    await _compare_counts(comparison, api, truth, f"cases: counts of {who}", now)
    for wanted, expected in _lists(truth, now):
        found = await api.list_all("/v1/cases", "cases", limit=200, **wanted)
        comparison.equal(
            f"cases: list of {who}, {wanted}",
            truth=sorted(case.opened.case_id for case in expected),
            answered=sorted(case["case_id"] for case in found),
        )
    rows = await api.csv("/v1/cases.csv")
    comparison.equal_items(
        f"cases: CSV of {who}",
        truth={case.opened.case_id: (case.state, _text(_shown_due_at(case))) for case in truth},
        answered={row["case_id"]: (row["state"], row["due_at"]) for row in rows},
    )


async def compare_each_case(
    comparison: Comparison, api: Api, truth: Iterable[TrueCase], now: datetime.datetime
) -> None:
    """Compare all that a case says of itself."""
    for case in truth:
        answered = await api.get(f"/v1/cases/{case.opened.case_id}")
        expected = {
            "state": case.state,
            "member_id": case.opened.member_id,
            "opened_by": case.opened.opened_by,
            "created_at": utc_text(case.opened.at),
            "due_at": _text(_shown_due_at(case)) or None,
            "is_late": case.is_late(now),
            "decided_at": _text(case.decided_at) or None,
            "decided_in_time": case.decided_in_time,
            "closed_at": _text(case.closed_at) or None,
            "listing_count": len(case.opened.listings),
        }
        where = f"cases: {case.opened.case_id}"
        comparison.equal_items(where, truth=expected, answered={name: answered[name] for name in expected})
        compare_moves_and_listings(comparison, where, case, answered)


def compare_moves_and_listings(comparison: Comparison, where: str, case: TrueCase, answered: Json) -> None:
    """Compare what became of a case and what it is about, as the API or an evidence file gives it."""
    comparison.equal(
        f"{where}, moves",
        truth=[(move.to, move.actor, utc_text(move.at)) for move in case.moves],
        answered=[(m["to_state"], m["actor"], m["at"]) for m in answered["moves"] if m["from_state"] is not None],
    )
    comparison.equal(
        f"{where}, listings",
        truth=[(one.listing_id, one.seller_id, one.check_id) for one in case.opened.listings],
        answered=[(one["listing_id"], one["seller_id"], one["check_id"]) for one in answered["listings"]],
    )


def _lists(truth: Sequence[TrueCase], now: datetime.datetime) -> Iterable[tuple[dict[str, Any], list[TrueCase]]]:
    yield {}, list(truth)
    yield {"undecided": "true"}, [case for case in truth if case.is_undecided]
    yield {"late": "true"}, [case for case in truth if case.is_undecided and case.is_late(now)]
    for state in sorted({case.state for case in truth}):
        yield {"state": state}, [case for case in truth if case.state == state]
    if not truth:
        return
    some = truth[len(truth) // 2].opened
    yield {"since": some.at.isoformat()}, [case for case in truth if case.opened.at >= some.at]
    yield {"until": some.at.isoformat()}, [case for case in truth if case.opened.at < some.at]
    yield {"country": some.country}, [case for case in truth if case.opened.country == some.country]
    seller_id = some.listings[0].seller_id
    of_seller = [case for case in truth if any(one.seller_id == seller_id for one in case.opened.listings)]
    yield {"seller_id": seller_id}, of_seller


async def _compare_counts(
    comparison: Comparison, api: Api, truth: Sequence[TrueCase], where: str, now: datetime.datetime
) -> None:
    counts = await api.get("/v1/cases/counts")
    undecided = [case for case in truth if case.is_undecided]
    totals = {
        "total": len(truth),
        "undecided": len(undecided),
        "late": sum(case.is_late(now) for case in undecided),
        "paused": sum(case.paused_since is not None for case in undecided),
    }
    comparison.equal_items(where, truth=totals, answered={name: counts[name] for name in totals})
    by: dict[str, Counter[str]] = {
        "state": Counter(case.state for case in truth),
        "product": Counter(case.opened.product for case in truth),
        "country": Counter(case.opened.country for case in truth),
        "opened_by": Counter(case.opened.opened_by for case in truth),
    }
    for facet, expected in by.items():
        answered = {row["value"]: row["cases"] for row in counts[facet]}
        comparison.equal_items(f"{where}, {facet}", truth=expected, answered=answered)


def _shown_due_at(case: TrueCase) -> datetime.datetime | None:
    return None if case.is_paused_in_time else case.due_at


def _text(moment: datetime.datetime | None) -> str:
    return "" if moment is None else utc_text(moment)
