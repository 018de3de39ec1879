"""What becomes of a case follows from what happened to it, in order."""

from __future__ import annotations

import datetime

import pytest

from serving.schemas.enforcement.cases import CaseState
from simulator.truth.cases import TrueCase, true_cases
from simulator.truth.events import CaseAnswered, CaseAsked, CaseListing, CaseMoved, Event
from simulator.truth.ledger import Ledger
from tests.simulator.truth.opened_case import opened_case


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{text}+01:00").astimezone(datetime.UTC)


OPENED = opened_case(
    moment("2026-03-06T15:00"),  # a Friday
    listings=(CaseListing(listing_id="l", seller_id="s", check_id="k", label="counterfeit"),),
)


def moved(at: str, to: CaseState) -> CaseMoved:
    return CaseMoved(at=moment(at), case_id="c", to=to, actor="operator")


def case_after(*happened: Event) -> TrueCase:
    (case,) = true_cases(Ledger([OPENED, *happened]))
    return case


def test_a_notice_of_friday_afternoon_is_due_on_monday_afternoon() -> None:
    case = case_after()
    assert case.due_at == moment("2026-03-09T15:00")
    assert (case.state, case.is_undecided, case.decided_in_time) == ("received", True, None)
    assert [case.is_late(moment(now)) for now in ("2026-03-09T15:00", "2026-03-09T15:01")] == [False, True]


@pytest.mark.parametrize(("at", "in_time"), [("2026-03-09T15:00", True), ("2026-03-09T15:01", False)])
def test_the_first_decision_counts_and_later_ones_change_the_state_alone(at: str, in_time: bool) -> None:
    case = case_after(
        moved(at, "rejected"), moved("2026-03-20T10:00", "in_review"), moved("2026-03-21T10:00", "upheld")
    )
    assert (case.state, case.decided_at, case.decided_in_time) == ("upheld", moment(at), in_time)
    assert case.is_late(moment("2026-04-01T00:00")) is not in_time


def test_a_question_stops_the_clock_until_the_answer() -> None:
    asked = CaseAsked(at=moment("2026-03-06T18:00"), case_id="c")
    case = case_after(asked)
    assert case.paused_since == asked.at
    assert not case.is_late(moment("2026-05-01T00:00"))
    case = case_after(asked, CaseAnswered(at=moment("2026-03-09T12:00"), case_id="c", actor="notifier"))
    assert case.due_at == moment("2026-03-10T09:00")  # 6 hours of Friday and 12 of Monday later
    assert case.paused_since is None


def test_a_question_that_comes_when_the_hours_have_passed_moves_and_hides_nothing() -> None:
    asked = CaseAsked(at=moment("2026-03-09T16:00"), case_id="c")
    for happened in ((asked,), (asked, CaseAnswered(at=moment("2026-03-10T12:00"), case_id="c", actor="notifier"))):
        case = case_after(*happened)
        assert case.due_at == moment("2026-03-09T15:00")
        assert not case.is_paused_in_time
        assert case.is_late(moment("2026-03-10T13:00"))


def test_a_case_that_was_withdrawn_is_over_without_a_decision() -> None:
    case = case_after(moved("2026-03-06T18:00", "withdrawn"))
    assert (case.is_undecided, case.decided_in_time, case.closed_at) == (False, None, moment("2026-03-06T18:00"))
