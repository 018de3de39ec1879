from __future__ import annotations

import datetime
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.cases.clocks.periods import EU_COUNTRIES
from serving.cases.decision_policy import DecisionPolicy, Scope
from serving.errors import StatementRefused
from serving.schemas.enforcement.cases import Ground
from serving.schemas.enforcement.transparency import Automation
from serving.transparency.statements.field_rules import problems_of
from serving.transparency.statements.personal_data import find_personal_data
from serving.transparency.statements.statement import make_statement, puid_of
from serving.transparency.statements.vocabulary import EEA
from tests.serving.transparency.statements.listings import DECIDED, decided

LAW = DecisionPolicy()
TERMS = DecisionPolicy(terms="Terms of sale, clause 7", terms_url="https://market.example/terms")
TIMES = st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2100, 1, 1), timezones=st.just(datetime.UTC))
LISTINGS = st.builds(
    decided,
    position=st.integers(0, 10_000),
    decision_sequence=st.integers(1, 10_000),
    product=st.text(min_size=1, max_size=300).filter(str.strip),
    ground=st.sampled_from(typing.get_args(Ground)),
    country=st.sampled_from(EEA),
    decided_at=TIMES,
    content_at=TIMES,
    by_member=st.booleans(),
    by_trusted_flagger=st.booleans(),
    found_by_automation=st.booleans(),
    automated_decision=st.sampled_from(typing.get_args(Automation)),
)
POLICIES = st.builds(
    DecisionPolicy,
    scope=st.sampled_from(typing.get_args(Scope)),
    terms=st.sampled_from(["", "Terms of sale, clause 7"]),
    terms_url=st.sampled_from(["", "https://market.example/terms"]),
)


@settings(max_examples=60, deadline=None)
@given(listing=LISTINGS, policy=POLICIES)
def test_every_decision_that_can_exist_gives_a_valid_statement(listing: typing.Any, policy: DecisionPolicy) -> None:
    assert problems_of(make_statement(listing, policy)) == []


def test_the_fields_of_a_design_case_are_those_of_the_issue() -> None:
    statement = make_statement(DECIDED, LAW)
    assert {
        name: statement[name] for name in ("category", "category_specification", "content_type", "source_type")
    } == {
        "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "category_specification": ["KEYWORD_DESIGN_INFRINGEMENT"],
        "content_type": ["CONTENT_TYPE_PRODUCT"],
        "source_type": "SOURCE_ARTICLE_16",
    }
    assert (statement["content_date"], statement["application_date"]) == ("2026-03-01", "2026-03-09")
    assert (statement["automated_detection"], statement["automated_decision"]) == (
        "Yes",
        "AUTOMATED_DECISION_PARTIALLY",
    )
    assert statement["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert statement["puid"] == f"{DECIDED.case_id}-0-3"


@pytest.mark.parametrize(
    ("by_member", "trusted", "source"),
    [
        (True, False, "SOURCE_ARTICLE_16"),
        (True, True, "SOURCE_TRUSTED_FLAGGER"),
        (False, False, "SOURCE_VOLUNTARY"),
        (False, True, "SOURCE_VOLUNTARY"),
    ],
)
def test_the_source_is_who_gave_notice(by_member: bool, trusted: bool, source: str) -> None:
    statement = make_statement(decided(by_member=by_member, by_trusted_flagger=trusted), LAW)
    assert statement["source_type"] == source


@pytest.mark.parametrize(
    ("country", "scope", "countries"),
    [
        ("DE", "country", ["DE"]),
        ("DE", "EU", sorted(EU_COUNTRIES)),
        ("NO", "country", ["NO"]),
        ("NO", "EU", sorted([*EU_COUNTRIES, "NO"])),
        ("DE", "EEA", sorted(EEA)),
    ],
)
def test_the_territory_follows_the_policy(country: str, scope: Scope, countries: list[str]) -> None:
    assert make_statement(decided(country=country), DecisionPolicy(scope=scope))["territorial_scope"] == countries


def test_terms_and_conditions_are_relied_on_where_the_operator_named_them() -> None:
    statement = make_statement(DECIDED, TERMS)
    assert statement["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert statement["incompatible_content_ground"] == "Terms of sale, clause 7"
    assert statement["incompatible_content_illegal"] == "Yes"
    assert "illegal_content_legal_ground" not in statement


def test_a_case_that_was_decided_twice_has_two_numbers() -> None:
    assert puid_of(DECIDED) != puid_of(decided(decision_sequence=7))


def test_the_text_of_a_statement_names_nobody() -> None:
    for value in make_statement(DECIDED, LAW).values():
        if isinstance(value, str) and value != puid_of(DECIDED):
            assert find_personal_data(value, DECIDED.personal) == []


def test_words_of_the_operator_are_added_to_the_facts() -> None:
    assert str(make_statement(DECIDED, LAW, "The grille is moulded wrongly.")["decision_facts"]).endswith(
        "The grille is moulded wrongly."
    )


@pytest.mark.parametrize("text", ["ask bob@example.com", "by seller-77", "Acme Ltd complained", "+49 30 12345678"])
def test_words_that_name_somebody_are_refused_with_what_to_take_out(text: str) -> None:
    with pytest.raises(StatementRefused, match="take it out") as refused:
        make_statement(DECIDED, LAW, text)
    assert refused.value.errors[0][0] == "facts"


def test_too_many_words_are_refused() -> None:
    with pytest.raises(StatementRefused, match="3001 characters, 3000 are allowed"):
        make_statement(DECIDED, LAW, "x" * 3001)


def test_a_policy_that_breaks_a_rule_is_refused_by_the_field() -> None:
    with pytest.raises(StatementRefused, match="incompatible_content_ground: has 501 characters"):
        make_statement(DECIDED, DecisionPolicy(terms="x" * 501))
