"""Complaints about decisions: each with its case, decision, outcome and times, in lists, CSV and the case itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from serving.schemas.checks import utc_text
from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.complaints import TrueComplaint

STATES = ("open", "confirmed", "reversed")


async def compare_complaints(comparison: Comparison, operator: Api, truth: Sequence[TrueComplaint]) -> None:
    """Compare the operator's lists and CSV of all complaints."""
    found = await operator.list_all("/v1/complaints", "complaints", limit=200)
    comparison.equal_items("complaints: list", truth=_shown(truth), answered=_read(found))
    newest_first = [complaint.made.complaint_id for complaint in reversed(truth)]
    comparison.equal("complaints: order", truth=newest_first, answered=[one["complaint_id"] for one in found])
    for state in STATES:
        listed = await operator.list_all("/v1/complaints", "complaints", state=state, limit=200)
        expected = sorted(complaint.made.complaint_id for complaint in truth if complaint.state == state)
        answered = sorted(one["complaint_id"] for one in listed)
        comparison.equal(f"complaints: list, {state}", truth=expected, answered=answered)
    rows = await operator.csv("/v1/complaints.csv")
    expected_rows = {
        complaint_id: {name: "" if value is None else str(value) for name, value in shown.items()}
        for complaint_id, shown in _shown(truth).items()
    }
    comparison.equal_items("complaints: CSV", truth=expected_rows, answered=_read(rows))


async def compare_complaints_of_cases(
    comparison: Comparison, api: Api, truth: Iterable[TrueComplaint], who: str
) -> None:
    """Compare what the cases themselves say of the complaints that a caller sees."""
    of_case: dict[str, list[TrueComplaint]] = {}
    for complaint in truth:
        of_case.setdefault(complaint.made.case_id, []).append(complaint)
    for case_id, complaints in of_case.items():
        answered = (await api.get(f"/v1/cases/{case_id}/complaints"))["complaints"]
        where = f"complaints: of case {case_id} by {who}"
        comparison.equal_items(where, truth=_shown(complaints), answered=_read(answered))


def _shown(truth: Iterable[TrueComplaint]) -> dict[str, dict[str, Any]]:
    return {
        complaint.made.complaint_id: {
            "case_id": complaint.made.case_id,
            "side": "notifier",
            "decision": "rejected",
            "decision_sequence": complaint.decision_number,
            "created_at": utc_text(complaint.made.at),
            "state": complaint.state,
            "decided_at": None if complaint.decided_at is None else utc_text(complaint.decided_at),
            "case_state": complaint.case.state,
        }
        for complaint in truth
    }


def _read(answered: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    names = ("case_id", "side", "decision", "decision_sequence", "created_at", "state", "decided_at", "case_state")
    return {one["complaint_id"]: {name: one[name] for name in names} for one in answered}
