from __future__ import annotations

import dataclasses
import datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.cases.moving import (
    WantedMove,
    allowed_moves,
    decide_answer,
    decide_more_evidence,
    decide_move,
    decide_question,
    decide_renewal,
    opening_of,
)
from serving.cases.notices import SellerLink
from serving.cases.states import END_STATES, UNDECIDED_STATES
from serving.errors import CaseMoveNotAllowed, RequestInvalid
from serving.schemas.enforcement.cases import CASE_STATES, CaseActor, CaseState, TimerKind
from serving.store.cases.case_values import CaseChange, CaseClock, NewTimer, StoredCase
from tests.serving.builders.cases.estimated_cases import BEFORE_GOLDEN_WEEK, BEFORE_WORKED_SUNDAY, of_china, shanghai
from tests.serving.builders.cases.new_cases import HOUR, new_case, stored
from tests.serving.builders.new_checks import NOW

DAY = datetime.timedelta(days=1)


def after(case: StoredCase, change: CaseChange) -> StoredCase:
    """The case as the store has it after a change."""
    decided = change.decided_in_time is not None
    kept = {} if change.cancels is None else {k: v for k, v in case.waiting.items() if k not in change.cancels}
    return stored(
        **{name: getattr(case, name) for name in ("case_id", "created_at", "member_id", "country", "jurisdiction")},
        state=change.to_state,
        version=case.version + 1,
        clock=change.clock,
        moved_at=change.at,
        decided_at=change.at if decided else case.decided_at,
        decided_in_time=change.decided_in_time if decided else case.decided_in_time,
        waiting={**kept, **{timer.kind: timer.fires_at for timer in change.timers}},
    )


def test_a_move_names_those_that_there_are_when_it_is_refused() -> None:
    with pytest.raises(CaseMoveNotAllowed, match="is received and can't be moved to closed by the operator"):
        decide_move(stored(), WantedMove(to="closed"), "operator", NOW)
    with pytest.raises(CaseMoveNotAllowed, match="you may move it to withdrawn"):
        decide_move(stored(), WantedMove(to="upheld"), "notifier", NOW)
    with pytest.raises(CaseMoveNotAllowed, match="has ended"):
        decide_move(stored(state="closed"), WantedMove(to="upheld"), "operator", NOW)


def test_a_rejection_has_a_reason_in_words_or_as_a_code() -> None:
    for wanted in (WantedMove(to="rejected"), WantedMove(to="rejected", reason=" \n")):
        with pytest.raises(RequestInvalid, match="needs a reason"):
            decide_move(stored(), wanted, "operator", NOW)
    for wanted in (WantedMove(to="rejected", reason="genuine"), WantedMove(to="rejected", reason_code="genuine")):
        assert decide_move(stored(), wanted, "operator", NOW).to_state == "rejected"


def test_a_clock_that_was_set_back_gives_no_move_an_earlier_time() -> None:
    case = stored(moved_at=NOW + DAY)
    assert decide_move(case, WantedMove(to="in_review"), "operator", NOW).at == NOW + DAY
    paused = after(case, decide_question(case, "which logo?", NOW))
    assert paused.moved_at == NOW + DAY
    assert decide_answer(paused, "this", "notifier", NOW - DAY).at == NOW + DAY


def test_the_first_decision_counts_and_a_later_one_does_not() -> None:
    upheld = after(stored(), decide_move(stored(), WantedMove(to="upheld"), "operator", NOW + 25 * HOUR))
    assert (upheld.decided_at, upheld.decided_in_time) == (NOW + 25 * HOUR, False)
    countered = stored(state="counter_notice", decided_at=NOW, decided_in_time=True)
    again = decide_move(countered, WantedMove(to="upheld", reason="still"), "operator", NOW + DAY)
    assert again.decided_in_time is None


def test_both_sides_are_informed_of_the_outcome_and_the_reason() -> None:
    link = SellerLink(token_sha256="t", expires_at=NOW + DAY)
    case = stored(state="upheld", statement="the logo is ours")
    seller = decide_move(case, WantedMove(to="forwarded", reason="logo copied", links=(link,)), "operator", NOW).notices
    assert [(one.recipient, one.kind, one.token_sha256, one.expires_at) for one in seller] == [
        ("seller", "forwarded", "t", NOW + DAY)
    ]
    assert "logo copied" in str(seller[0].body["text"])
    assert "the logo is ours" in str(seller[0].body["text"])
    for to, reason in (("upheld", "logo copied"), ("rejected", "genuine")):
        notices = decide_move(stored(), WantedMove(to=to, reason=reason), "operator", NOW).notices  # type: ignore[arg-type]
        assert [(one.recipient, one.kind) for one in notices] == [("notifier", "decision")]
        assert reason in str(notices[0].body["text"])
    back = decide_move(case, WantedMove(to="reinstated", reason="our mistake"), "operator", NOW).notices
    assert {one.recipient for one in back} == {"notifier", "seller"}
    own_finding = decide_move(stored(member_id=None), WantedMove(to="upheld"), "operator", NOW)
    assert own_finding.notices == ()
    (receipt,) = opening_of(new_case(member_id="m", product=None), "c", "notifier", NOW).receipts("kite", ["l-7"])
    assert receipt.kind == "receipt"
    assert "It concerns kite" in str(receipt.body["text"])
    assert "Listings: l-7." in str(receipt.body["text"])


def test_a_reason_that_is_a_code_alone_is_in_the_letter_in_words() -> None:
    wanted = WantedMove(to="rejected", reason_code="manifestly_unfounded")
    (letter,) = decide_move(stored(), wanted, "operator", NOW).notices
    assert "Reason: manifestly unfounded" in str(letter.body["text"])


def test_a_declaration_in_china_goes_to_who_owns_the_product_where_nobody_notified() -> None:
    case = stored(state="forwarded", country="CN", jurisdiction="CN", member_id=None, owner_id="m", moved_at=NOW)
    change = decide_move(case, WantedMove(to="counter_notice", reason="bought from the maker"), "seller", NOW)
    assert [(one.recipient, one.kind) for one in change.notices] == [("holder", "declaration")]
    assert "bought from the maker" in str(change.notices[0].body["text"])
    assert [one.kind for one in change.timers] == ["declaration_wait_over"]


def test_no_days_run_for_a_right_holder_whom_nobody_informed() -> None:
    case = stored(state="forwarded", country="CN", jurisdiction="CN", member_id=None, moved_at=NOW)
    declared = WantedMove(to="counter_notice", reason="bought from the maker")
    change = decide_move(case, declared, "seller", NOW + DAY)
    assert change.timers == ()
    assert [one.recipient for one in change.notices] == ["seller"]
    assert "no right holder of the product is registered here" in str(change.notices[0].body["text"])
    sent_on = dataclasses.replace(declared, reached_at=NOW + HOUR)  # the operator found it, and sent it on
    assert [one.kind for one in decide_move(case, sent_on, "operator", NOW + DAY).timers] == ["declaration_wait_over"]


def test_a_declaration_says_when_it_reached_the_right_holder() -> None:
    case = stored(state="forwarded", country="CN", jurisdiction="CN", moved_at=NOW)
    wanted = WantedMove(to="counter_notice", reason="r", reached_at=NOW + DAY)
    (letter,) = decide_move(case, wanted, "operator", NOW + 3 * DAY).notices
    assert f"It reached you on {NOW + DAY:%Y-%m-%d} (Asia/Shanghai)" in str(letter.body["text"])


def test_a_further_answer_is_sent_to_the_right_holder_and_is_never_before_the_last_move() -> None:
    for case, recipient in (
        (stored(state="counter_notice", moved_at=NOW + DAY), "notifier"),
        (stored(state="counter_notice", moved_at=NOW + DAY, member_id=None, owner_id="m"), "holder"),
    ):
        added = decide_more_evidence(case, "mine is genuine", 2, NOW)
        assert added.at == NOW + DAY
        assert [(one.recipient, one.kind) for one in added.notices] == [(recipient, "declaration")]
        assert "mine is genuine" in str(added.notices[0].body["text"])
        assert [one.type for one in added.events] == ["case.evidence_sent"]


def test_in_china_the_holders_15_days_run_from_when_the_declaration_reached_it_and_end_the_measures() -> None:
    case = stored(state="forwarded", country="CN", jurisdiction="CN", decided_at=NOW, moved_at=NOW)
    reached = NOW + DAY
    wanted = WantedMove(to="counter_notice", reason="bought from the maker", reached_at=reached)
    waiting = after(case, decide_move(case, wanted, "operator", NOW + 2 * DAY))
    until = waiting.waiting["declaration_wait_over"]
    assert 15 * DAY < until - reached < 19 * DAY
    acted = WantedMove(to="holder_acted", reason="sued in Hangzhou")
    stopped = decide_move(waiting, acted, "holder", until - HOUR)
    assert (stopped.to_state, stopped.cancels, stopped.timers) == ("holder_acted", None, ())
    with pytest.raises(CaseMoveNotAllowed, match="ended at"):
        decide_move(waiting, acted, "notifier", until)
    over = decide_move(waiting, WantedMove(to="reinstated", reason="15 days"), "server", until)
    assert (over.to_state, over.takes_down) == ("reinstated", False)
    with pytest.raises(CaseMoveNotAllowed):
        decide_move(waiting, WantedMove(to="upheld", reason="no"), "operator", NOW + 3 * DAY)


@pytest.mark.parametrize(
    ("actor", "reached_at"),
    [("seller", NOW), ("operator", NOW - HOUR), ("operator", NOW + 9 * DAY)],
)
def test_when_a_declaration_arrived_is_for_the_operator_to_say_and_is_past(
    actor: CaseActor, reached_at: datetime.datetime
) -> None:
    case = stored(state="forwarded", country="CN", jurisdiction="CN", decided_at=NOW)
    with pytest.raises(RequestInvalid, match="reached_at"):
        decide_move(case, WantedMove(to="counter_notice", reason="r", reached_at=reached_at), actor, NOW + DAY)


def test_in_the_eu_a_complaint_comes_within_six_months_from_when_the_decision_was_communicated() -> None:
    rejected = after(stored(), decide_move(stored(), WantedMove(to="rejected", reason="r"), "operator", NOW))
    until = rejected.waiting["complaint_window_over"]
    complaint = WantedMove(to="in_review", reason="look again")
    assert decide_move(rejected, complaint, "notifier", until - HOUR).to_state == "in_review"
    with pytest.raises(CaseMoveNotAllowed, match="ended at"):
        decide_move(rejected, complaint, "notifier", until)
    assert decide_move(rejected, WantedMove(to="closed"), "server", until).to_state == "closed"


def test_a_question_stops_the_clock_once_and_only_before_a_decision() -> None:
    paused = after(stored(), decide_question(stored(), "which logo?", NOW + HOUR))
    assert paused.state == "received"
    with pytest.raises(CaseMoveNotAllowed, match="has no answer yet"):
        decide_question(paused, "and?", NOW + 2 * HOUR)
    with pytest.raises(CaseMoveNotAllowed, match="only it"):
        decide_answer(paused, "this", "holder", NOW + 2 * HOUR)
    resumed = after(paused, decide_answer(paused, "this one", "notifier", NOW + 2 * HOUR))
    assert resumed.clock.paused_since is None
    with pytest.raises(CaseMoveNotAllowed, match="no question"):
        decide_answer(resumed, "again", "notifier", NOW + 3 * HOUR)
    for state in set(CASE_STATES) - UNDECIDED_STATES:
        with pytest.raises(CaseMoveNotAllowed, match="undecided"):
            decide_question(stored(state=state), "why?", NOW)
    with pytest.raises(CaseMoveNotAllowed, match="undecided"):
        decide_question(stored(state="in_review", decided_at=NOW), "why?", NOW)


def test_a_case_in_china_goes_on_in_a_year_whose_days_off_are_not_published_yet() -> None:
    new_year = datetime.datetime(2041, 1, 1, 4, tzinfo=datetime.UTC)
    began = new_year - 2 * DAY
    asked = stored(country="CN", jurisdiction="CN", created_at=began, moved_at=began)
    paused = after(asked, decide_question(asked, "which logo?", began))
    assert decide_answer(paused, "this", "notifier", new_year).clock.due_calendar is not None
    assert decide_move(paused, WantedMove(to="upheld"), "operator", new_year).decided_in_time


steps = st.lists(
    st.tuples(
        st.sampled_from((*CASE_STATES, "question", "answer")),
        st.sampled_from(get_args(CaseActor)),
        st.integers(min_value=-50, max_value=400),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps, country=st.sampled_from(("DE", "CN", "US")))
def test_whatever_is_tried_a_case_stays_whole(steps: list[tuple[str, CaseActor, int]], country: str) -> None:
    """Times never go back; what is decided stays decided; an ended case waits for nothing; no decision is lost."""
    began = opening_of(new_case(country=country), "c", "notifier", NOW)
    waiting = {timer.kind: timer.fires_at for timer in began.timers}
    case = stored(country=country, jurisdiction=began.jurisdiction, clock=began.clock, waiting=waiting)
    now = NOW
    for what, actor, hours in steps:
        now += hours * HOUR
        try:
            change = _try(case, what, actor, now)
        except (CaseMoveNotAllowed, RequestInvalid):
            continue
        moved = after(case, change)
        assert moved.moved_at >= case.moved_at
        assert case.decided_at in (None, moved.decided_at)
        assert (moved.decided_at is None) == (moved.decided_in_time is None)
        assert moved.state not in END_STATES or not moved.waiting
        assert not (moved.state in END_STATES and any(allowed_moves(moved, one) for one in _ACTORS))
        is_decided = moved.decided_at is not None
        assert is_decided or moved.state in UNDECIDED_STATES | {"withdrawn"}
        due_at, paused_since = moved.clock.due_at, moved.clock.paused_since
        has_due = paused_since is None or (due_at is not None and due_at <= paused_since)  # a pause hides no delay
        assert is_decided or moved.state == "withdrawn" or (due_at is not None) == has_due
        assert all(at > moved.moved_at for at in moved.waiting.values()) or what == "in_review"
        case = moved


_ACTORS: tuple[CaseActor, ...] = get_args(CaseActor)


def _try(case: StoredCase, what: str, actor: CaseActor, now: datetime.datetime) -> CaseChange:
    if what == "question":
        return decide_question(case, "q", now)
    if what == "answer":
        return decide_answer(case, "a", actor, now)
    to: CaseState = what  # type: ignore[assignment]
    return decide_move(case, WantedMove(to=to, reason="r"), actor, now)


def test_a_notifier_that_was_removed_is_asked_nothing() -> None:
    with pytest.raises(CaseMoveNotAllowed, match="was removed"):
        decide_question(stored(notifier_removed=True), "Which logo?", NOW)


def test_an_estimated_due_time_moves_with_its_timers_when_the_calendar_is_known() -> None:
    change = decide_renewal(of_china(BEFORE_GOLDEN_WEEK), (), shanghai("10-03 09:00"))
    assert isinstance(change, CaseChange)
    due = shanghai("10-08 12:00")  # by the law alone it was the 5th, and the 4th to the 7th were made days off
    assert (change.to_state, change.actor, change.reason_code) == ("received", "server", "calendar_updated")
    assert change.clock.due_at == due
    assert (change.clock.due_calendar or "").endswith("Asia/Shanghai")
    assert change.cancels == frozenset[TimerKind]({"due_soon", "overdue"})
    assert change.timers == (
        NewTimer(kind="due_soon", fires_at=due - 4 * HOUR), NewTimer(kind="overdue", fires_at=due),
    )  # fmt: skip
    assert [(one.type, one.data) for one in change.events] == [
        ("case.due_moved", {"due_before": "2026-10-05T04:00:00.000Z"})
    ]
    earlier = decide_renewal(of_china(BEFORE_WORKED_SUNDAY), (), shanghai("09-20 09:00"))
    assert isinstance(earlier, CaseChange)
    assert earlier.clock.due_at == shanghai("09-20 12:00")
    assert [one.kind for one in earlier.timers] == ["overdue"]  # four hours before it is over


@pytest.mark.parametrize(
    "case",
    [
        of_china(BEFORE_GOLDEN_WEEK, state="upheld", decided_at=shanghai("10-01 12:00")),
        of_china(BEFORE_GOLDEN_WEEK, state="in_review", decided_at=shanghai("10-01 12:00")),  # after a complaint
        of_china(BEFORE_GOLDEN_WEEK, state="withdrawn"),
        of_china(BEFORE_GOLDEN_WEEK, due="10-03 08:00"),  # it has passed
        of_china(BEFORE_WORKED_SUNDAY, due="10-05 12:00"),  # the new one would have passed
        of_china(BEFORE_GOLDEN_WEEK, calendar="holidays 0.98 CN, tzdata 2025b Asia/Shanghai"),  # it is no estimate
    ],
)
def test_what_was_decided_or_has_passed_or_is_no_estimate_stays_as_it_was_given(case: StoredCase) -> None:
    assert decide_renewal(case, (), shanghai("10-03 09:00")) is None


def test_a_pause_over_days_that_were_estimated_is_computed_anew_too() -> None:
    pause = (shanghai("09-18 18:00"), shanghai("09-21 00:00"))  # with a Sunday that is worked: 30 hours, not 6
    case = of_china(BEFORE_WORKED_SUNDAY, due="09-21 18:00", paused_s=6 * 3600.0)
    same = decide_renewal(case, (pause,), shanghai("09-21 01:00"))
    assert isinstance(same, CaseClock)
    assert (same.due_at, same.paused_s) == (shanghai("09-21 18:00"), 30 * 3600.0)
    asked = shanghai("09-21 02:00")
    waiting = dataclasses.replace(case, clock=dataclasses.replace(case.clock, due_at=None, paused_since=asked))
    paused = decide_renewal(waiting, (pause,), shanghai("09-21 03:00"))
    assert isinstance(paused, CaseClock)
    assert (paused.due_at, paused.paused_since, paused.paused_s) == (None, asked, 30 * 3600.0)
    assert (paused.due_calendar or "").endswith("Asia/Shanghai")
