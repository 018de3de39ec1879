"""A complaint is about the last refusal before it, and open until it is decided."""

from __future__ import annotations

import datetime

from serving.schemas.enforcement.cases import CaseState
from simulator.truth.cases import true_cases
from simulator.truth.complaints import TrueComplaint, true_complaints
from simulator.truth.events import CaseMoved, ComplaintDecided, ComplaintMade, Event
from simulator.truth.ledger import Ledger
from tests.simulator.truth.opened_case import opened_case

START = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def moved(days: int, to: CaseState) -> CaseMoved:
    return CaseMoved(at=START + days * DAY, case_id="a", to=to, actor="operator")


def complaint_after(*happened: Event) -> TrueComplaint:
    opened = opened_case(START, "a")
    ledger = Ledger([opened, moved(1, "rejected"), *happened])
    (complaint,) = true_complaints(ledger, true_cases(ledger))
    return complaint


def test_it_is_open_and_about_the_move_that_refused() -> None:
    complaint = complaint_after(ComplaintMade(at=START + 2 * DAY, complaint_id="x", case_id="a"), moved(9, "rejected"))
    assert (complaint.state, complaint.decided_at, complaint.decision_number) == ("open", None, 2)


def test_of_two_refusals_the_last_one_before_it_counts() -> None:
    again = (moved(2, "in_review"), moved(3, "rejected"))
    complaint = complaint_after(*again, ComplaintMade(at=START + 4 * DAY, complaint_id="x", case_id="a"))
    assert complaint.decision_number == 4


def test_it_has_the_outcome_that_somebody_decided() -> None:
    decided = ComplaintDecided(at=START + 5 * DAY, complaint_id="x", outcome="confirmed")
    complaint = complaint_after(ComplaintMade(at=START + 2 * DAY, complaint_id="x", case_id="a"), decided)
    assert (complaint.state, complaint.decided_at) == ("confirmed", decided.at)
