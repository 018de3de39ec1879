"""A listing that a decision in the EU restricts gets one statement of reasons, until it is put back."""

from __future__ import annotations

import datetime

import pytest

from serving.schemas.checks import Outcome
from serving.schemas.enforcement.cases import CaseOrigin, CaseState
from simulator.truth.cases import true_cases
from simulator.truth.events import CaseListing, CaseMoved, CaseOpened, CheckMade, Event
from simulator.truth.ledger import Ledger
from simulator.truth.statements import true_statements

START = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def check(listing_id: str, outcome: Outcome = "review") -> CheckMade:
    return CheckMade(
        at=START - DAY,
        check_id=f"check of {listing_id}",
        member_id="m",
        product="p",
        listing_id=listing_id,
        seller_id="s",
        label="counterfeit",
        outcome=outcome,
        authenticity=0.5,
        photo_sha256s=(),
    )


def opened(
    case_id: str, *listings: str, country: str = "DE", member_id: str | None = "m", opened_by: CaseOrigin = "member"
) -> CaseOpened:
    return CaseOpened(
        at=START,
        case_id=case_id,
        member_id=member_id,
        opened_by=opened_by,
        product="p",
        ground="design",
        country=country,
        listings=tuple(
            CaseListing(listing_id=one, seller_id="s", check_id=f"check of {one}", label="counterfeit")
            for one in listings
        ),
    )


def moved(case_id: str, days: int, to: CaseState) -> CaseMoved:
    return CaseMoved(at=START + days * DAY, case_id=case_id, to=to, actor="operator")


def puids(*happened: Event) -> list[str]:
    cases = true_cases(Ledger([*happened]))
    checks = {one.check_id: one for one in map(check, ("x", "y"))}
    return [statement.puid for statement in true_statements(cases, checks)]


def test_each_listing_has_one_for_the_move_that_decided() -> None:
    happened: list[Event] = [
        opened("a", "x", "y"),
        moved("a", 1, "in_review"),
        moved("a", 2, "upheld"),
        moved("a", 3, "forwarded"),
    ]
    assert puids(*happened) == ["a-0-3", "a-1-3"]


@pytest.mark.parametrize("country", ["CN", "GB", "US"])
def test_the_law_of_the_eu_alone_asks_for_them(country: str) -> None:
    assert puids(opened("a", "x", country=country), moved("a", 1, "upheld")) == []


def test_a_refusal_restricts_nothing_until_it_is_reversed() -> None:
    refused: list[Event] = [opened("a", "x"), moved("a", 1, "rejected")]
    assert puids(*refused) == []
    assert puids(*refused, moved("a", 2, "in_review"), moved("a", 3, "upheld")) == ["a-0-4"]


def test_a_second_decision_while_the_first_one_s_restriction_lasts_has_none() -> None:
    first: list[Event] = [opened("a", "x"), moved("a", 1, "upheld")]
    second: list[Event] = [opened("b", "x", "y"), moved("b", 4, "upheld")]
    assert puids(*first, *second) == ["a-0-2", "b-1-2"]
    assert puids(*first, moved("a", 2, "reinstated"), *second) == ["a-0-2", "b-0-2", "b-1-2"]
    assert puids(*first, *second, moved("a", 5, "reinstated")) == ["a-0-2", "b-1-2"]


def test_a_decision_that_stands_after_a_counter_notice_is_no_new_restriction() -> None:
    assert puids(
        opened("a", "x"), moved("a", 1, "upheld"), moved("a", 2, "counter_notice"), moved("a", 3, "upheld")
    ) == ["a-0-2"]


@pytest.mark.parametrize(
    ("member_id", "opened_by", "outcome", "source", "found"),
    [
        ("m", "member", "review", "SOURCE_ARTICLE_16", "No"),
        ("m", "member", "counterfeit", "SOURCE_ARTICLE_16", "Yes"),
        ("m", "rule", "review", "SOURCE_ARTICLE_16", "Yes"),
        (None, "test_buy", "genuine", "SOURCE_VOLUNTARY", "No"),
    ],
)
def test_source_and_detection_follow_from_who_opened_the_case_and_the_outcome_of_the_check(
    member_id: str | None, opened_by: CaseOrigin, outcome: Outcome, source: str, found: str
) -> None:
    happened: list[Event] = [opened("a", "x", member_id=member_id, opened_by=opened_by), moved("a", 1, "upheld")]
    one = check("x", outcome)
    (statement,) = true_statements(true_cases(Ledger(happened)), {one.check_id: one})
    assert statement.fields["source_type"] == source
    assert statement.fields["automated_detection"] == found
    assert statement.fields["category_specification"] == ["KEYWORD_DESIGN_INFRINGEMENT"]
    assert (statement.fields["content_date"], statement.fields["application_date"]) == ("2026-03-01", "2026-03-03")
