"""What is true of complaints about decisions: who complained about which decision when, and what came of it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable

from serving.schemas.enforcement.complaints import ComplaintState
from simulator.truth.cases import TrueCase
from simulator.truth.events import ComplaintDecided, ComplaintMade
from simulator.truth.ledger import Ledger


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueComplaint:
    """A notifier's complaint as it stands at the end; `decision_number` counts the moves of its case from 1."""

    made: ComplaintMade
    case: TrueCase
    decision_number: int
    state: ComplaintState
    decided_at: datetime.datetime | None


def true_complaints(ledger: Ledger, cases: Iterable[TrueCase]) -> list[TrueComplaint]:
    """Give every complaint, oldest first."""
    by_id = {case.opened.case_id: case for case in cases}
    decided = {decision.complaint_id: decision for decision in ledger.all(ComplaintDecided)}
    return [
        TrueComplaint(
            made=made,
            case=by_id[made.case_id],
            decision_number=_refusal(by_id[made.case_id], made.at),
            state=decided[made.complaint_id].outcome if made.complaint_id in decided else "open",
            decided_at=decided[made.complaint_id].at if made.complaint_id in decided else None,
        )
        for made in ledger.all(ComplaintMade)
    ]


def _refusal(case: TrueCase, before: datetime.datetime) -> int:
    """Give the number of the last refusal until a time; the first move is the opening."""
    numbered = enumerate(case.moves, start=2)
    return max((number for number, move in numbered if move.to == "rejected" and move.at <= before), default=0)
