from __future__ import annotations

import dataclasses
import datetime

import pytest

from serving.errors import ComplaintNotPossible, ComplaintTooLate, PersonRequired
from serving.principal import SERVER, Principal
from serving.schemas.enforcement.complaints import ComplaintSide, DecisionAgainst
from serving.store.transparency.complaint_rows import CaseDecision, ContestedCase
from serving.transparency.complaints import contested_decision, require_person, reversal_of
from tests.serving.builders.cases.new_cases import stored
from tests.serving.builders.new_checks import NOW

AT = datetime.datetime(2026, 3, 9, 9, tzinfo=datetime.UTC)  # a Monday
UPHELD = CaseDecision(sequence=2, to="upheld", at=AT, informed_at=AT)
REJECTED = CaseDecision(sequence=2, to="rejected", at=AT, informed_at=AT)


def case_with(*decisions: CaseDecision, country: str = "DE", jurisdiction: str = "EU") -> ContestedCase:
    return ContestedCase(country=country, jurisdiction=jurisdiction, decisions=decisions)  # type: ignore[arg-type]


@pytest.mark.parametrize(("side", "decision"), [("notifier", REJECTED), ("seller", UPHELD)])
def test_a_side_complains_about_the_last_decision_against_it(side: ComplaintSide, decision: CaseDecision) -> None:
    later = dataclasses.replace(decision, sequence=5, at=AT + datetime.timedelta(days=9))
    assert contested_decision(case_with(decision), side, AT) == decision
    assert contested_decision(case_with(decision, later), side, later.at) == later


@pytest.mark.parametrize(
    ("side", "decisions"), [("notifier", (UPHELD,)), ("seller", (REJECTED,)), ("notifier", ()), ("seller", ())]
)
def test_a_decision_for_a_side_is_none_to_complain_about(
    side: ComplaintSide, decisions: tuple[CaseDecision, ...]
) -> None:
    with pytest.raises(ComplaintNotPossible, match=f"no decision against the {side}"):
        contested_decision(case_with(*decisions), side, AT)


@pytest.mark.parametrize(
    ("now", "is_taken"),
    [
        ("2026-09-09T21:59:59+00:00", True),  # the last second of the day in Berlin
        ("2026-09-09T22:00:00+00:00", False),
    ],
)
def test_complaints_are_taken_for_six_months_to_the_end_of_the_day(now: str, is_taken: bool) -> None:
    moment = datetime.datetime.fromisoformat(now)
    if is_taken:
        assert contested_decision(case_with(UPHELD), "seller", moment) == UPHELD
    else:
        with pytest.raises(ComplaintTooLate, match="2026-09-09T22:00:00"):
            contested_decision(case_with(UPHELD), "seller", moment)


def test_the_six_months_run_from_when_the_side_was_informed_and_not_from_the_decision() -> None:
    informed = dataclasses.replace(UPHELD, informed_at=AT + datetime.timedelta(days=20))
    last = datetime.datetime.fromisoformat("2026-09-29T21:59:59+00:00")
    assert contested_decision(case_with(informed), "seller", last) == informed
    with pytest.raises(ComplaintTooLate, match="communicated at 2026-03-29"):
        contested_decision(case_with(informed), "seller", last + datetime.timedelta(seconds=1))
    unaware = dataclasses.replace(UPHELD, informed_at=None)
    assert contested_decision(case_with(unaware), "seller", last + datetime.timedelta(days=900)) == unaware


def test_another_law_has_no_such_complaint() -> None:
    with pytest.raises(ComplaintNotPossible, match="under the law of CN"):
        contested_decision(case_with(UPHELD, country="CN", jurisdiction="CN"), "seller", AT)


def test_a_key_that_names_somebody_is_needed() -> None:
    require_person(Principal(name="ts_1", rate_key="ts_1", key_id="1"))
    with pytest.raises(PersonRequired):
        require_person(SERVER)


@pytest.mark.parametrize(
    ("decision", "state", "to"),
    [
        ("upheld", "upheld", "reinstated"),
        ("upheld", "forwarded", "reinstated"),
        ("upheld", "counter_notice", "reinstated"),
        ("upheld", "holder_acted", "reinstated"),
        ("upheld", "reinstated", None),  # it was taken back already
        ("upheld", "closed", None),
        ("rejected", "rejected", "in_review"),
        ("rejected", "closed", None),
    ],
)
def test_a_reversed_decision_is_taken_back_where_the_case_can_still_be_moved(
    decision: DecisionAgainst, state: str, to: str | None
) -> None:
    change = reversal_of(decision, "The invoice is genuine.", stored(state=state, decided_at=NOW, moved_at=NOW), NOW)
    assert (None if change is None else change.to_state) == to
    if change is not None:
        assert (change.reason_code, change.reason) == ("complaint_reversed", "The invoice is genuine.")
        assert change.takes_down is (False if to == "reinstated" else None)
