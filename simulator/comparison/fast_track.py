"""Fast track: every change of a member's standing, its record at the end, and which cases were fast."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from serving.schemas.checks import utc_text
from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.cases import TrueCase
from simulator.truth.fast_track import is_fast_at, record_at, true_changes


async def compare_fast_track(
    comparison: Comparison,
    api: Api,
    by_member: Mapping[str, Sequence[TrueCase]],
    evaluated_at: Sequence[datetime.datetime],
    who: str,
) -> None:
    """Compare changes and standings of the members that a caller sees, with the cases that each of them notified."""
    found = await api.list_all("/v1/fast-track/changes", "changes", limit=200)
    statuses = await api.list_all("/v1/fast-track", "statuses", limit=200)
    answered = {status["subject_id"]: status for status in statuses}
    for member_id, cases in by_member.items():
        where = f"fast track: of {member_id} by {who}"
        changes = true_changes(cases, evaluated_at)
        comparison.equal(
            f"{where}, changes",
            truth=[
                (
                    utc_text(change.at),
                    change.before,
                    change.after,
                    None if change.until is None else utc_text(change.until),
                    change.record.decided,
                    change.record.upheld,
                    change.record.won,
                )
                for change in changes
            ],
            answered=[
                (
                    change["at"],
                    change["from_standing"],
                    change["to_standing"],
                    change["until"],
                    change["decided"],
                    change["upheld"],
                    change["counter_notices_won"],
                )
                for change in reversed(found)
                if change["subject_id"] == member_id
            ],
        )
        if member_id in answered and evaluated_at:
            record, status = record_at(cases, evaluated_at[-1]), answered[member_id]
            comparison.equal(
                f"{where}, record",
                truth=(changes[-1].after if changes else "standard", record.decided, record.upheld, record.won),
                answered=(status["standing"], status["decided"], status["upheld"], status["counter_notices_won"]),
            )
        fast = [case.opened.case_id for case in cases if is_fast_at(changes, case.opened.at)]
        listed = await api.list_all("/v1/cases", "cases", limit=200, fast_track="true", member_id=member_id)
        comparison.equal(
            f"{where}, fast cases", truth=sorted(fast), answered=sorted(case["case_id"] for case in listed)
        )
