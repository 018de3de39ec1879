"""What is true of the checks: their outcomes as answered, and the decisions of their reviewers."""

from __future__ import annotations

import dataclasses

from simulator.truth.events import CheckMade, ReviewMade
from simulator.truth.ledger import Ledger

QUEUED = ("review", "unsupported")  # outcomes that wait for a person


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueCheck:
    """A check as it stands at the end; `decision` is that of its latest review."""

    made: CheckMade
    decision: str | None

    @property
    def is_queued(self) -> bool:
        """Whether it waits for a reviewer."""
        return self.decision is None and self.made.outcome in QUEUED


def true_checks(ledger: Ledger) -> list[TrueCheck]:
    """Give every check, oldest first."""
    decisions = {review.check_id: review.decision for review in ledger.all(ReviewMade)}
    return [TrueCheck(made=made, decision=decisions.get(made.check_id)) for made in ledger.all(CheckMade)]
