from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from serving.transparency.statements import field_rules, vocabulary
from serving.transparency.statements.field_rules import problems_of

# The example of the database's API documentation, with a category that version 2 still has.
EXAMPLE: Mapping[str, JsonValue] = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
    "decision_monetary": "DECISION_MONETARY_TERMINATION",
    "end_date_monetary_restriction": "2023-08-08",
    "decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION",
    "decision_account": "DECISION_ACCOUNT_SUSPENDED",
    "account_type": "ACCOUNT_TYPE_BUSINESS",
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "decision_ground_reference_url": "https://www.anurl.com",
    "content_type": ["CONTENT_TYPE_VIDEO", "CONTENT_TYPE_AUDIO", "CONTENT_TYPE_SYNTHETIC_MEDIA"],
    "category": "STATEMENT_CATEGORY_VIOLENCE",
    "incompatible_content_ground": "incompatible content grounds",
    "incompatible_content_explanation": "incompatible content explanation",
    "incompatible_content_illegal": "Yes",
    "territorial_scope": ["PT", "ES", "DE"],
    "content_language": "EN",
    "content_date": "2023-08-08",
    "application_date": "2023-08-08",
    "decision_facts": "facts about the decision",
    "source_type": "SOURCE_TRUSTED_FLAGGER",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    "puid": "TK421",
}
OTHER = "DECISION_VISIBILITY_OTHER"
ILLEGAL: Mapping[str, JsonValue] = {
    "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
    "illegal_content_legal_ground": "a law",
    "illegal_content_explanation": "why",
    "incompatible_content_ground": None,
    "incompatible_content_explanation": None,
    "incompatible_content_illegal": None,
}

VALID: list[Mapping[str, JsonValue]] = [
    {},
    ILLEGAL,
    {"decision_facts": "x" * 5000},
    {"puid": "a-Z_0" * 100},
    {"decision_visibility": None},
    {"decision_visibility": []},
    {"decision_monetary": None, "decision_provision": None, "decision_account": None},
    {"decision_visibility": [OTHER], "decision_visibility_other": "blurred"},
    {"decision_monetary": "DECISION_MONETARY_OTHER", "decision_monetary_other": "held for a month"},
    {"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "a smell"},
    {"category_specification": ["KEYWORD_OTHER"]},
    {"category_specification": ["KEYWORD_OTHER"], "category_specification_other": "another one"},
    {"category_specification": ["KEYWORD_TRADEMARK_INFRINGEMENT", "KEYWORD_DESIGN_INFRINGEMENT"]},
    {"category_addition": ["STATEMENT_CATEGORY_SCAMS_AND_FRAUD"]},
    {"content_id": {"EAN-13": "4006381333931"}},
    {"content_date": "2000-01-01"},
    {"content_date": "2038-01-01"},
    {"application_date": "2020-01-01"},
    {"end_date_visibility_restriction": "2023-08-08"},
    {"territorial_scope": list(vocabulary.EEA)},
    {"source_type": "SOURCE_ARTICLE_16", "source_identity": "a company"},
    {"incompatible_content_illegal": None},
    {"decision_ground_reference_url": None},
    {"account_type": None, "content_language": None},
]
INVALID: list[tuple[str, Mapping[str, JsonValue]]] = [
    *((name, {name: None}) for name in field_rules._REQUIRED),
    ("decision_facts", {"decision_facts": "x" * 5001}),
    ("decision_facts", {"decision_facts": "   "}),
    ("decision_facts", {"decision_facts": 5}),
    ("puid", {"puid": "x" * 501}),
    ("puid", {"puid": "a b"}),
    ("puid", {"puid": "a\n"}),
    ("puid", {"puid": "ä"}),
    ("decision_visibility", dict.fromkeys(field_rules._DECISIONS)),
    ("decision_visibility", {"decision_visibility": "DECISION_VISIBILITY_CONTENT_REMOVED"}),
    ("decision_visibility", {"decision_visibility": ["DECISION_VISIBILITY_GONE"]}),
    ("decision_visibility_other", {"decision_visibility": [OTHER]}),
    ("decision_visibility_other", {"decision_visibility": [OTHER], "decision_visibility_other": "x" * 501}),
    ("decision_visibility_other", {"decision_visibility_other": "blurred"}),
    ("decision_monetary", {"decision_monetary": "DECISION_MONETARY_FINE"}),
    ("decision_monetary_other", {"decision_monetary": "DECISION_MONETARY_OTHER"}),
    ("decision_provision", {"decision_provision": ["DECISION_PROVISION_TOTAL_SUSPENSION"]}),
    ("decision_account", {"decision_account": "SUSPENDED"}),
    ("account_type", {"account_type": "ACCOUNT_TYPE_SHOP"}),
    ("decision_ground", {"decision_ground": "ILLEGAL_CONTENT"}),
    ("incompatible_content_ground", {"incompatible_content_ground": None}),
    ("incompatible_content_ground", {"incompatible_content_ground": "x" * 501}),
    ("incompatible_content_explanation", {"incompatible_content_explanation": None}),
    ("incompatible_content_explanation", {"incompatible_content_explanation": "x" * 2001}),
    ("incompatible_content_illegal", {"incompatible_content_illegal": "Maybe"}),
    ("illegal_content_explanation", {**ILLEGAL, "illegal_content_explanation": "x" * 2001}),
    ("illegal_content_legal_ground", {**ILLEGAL, "illegal_content_legal_ground": None}),
    ("illegal_content_legal_ground", {"illegal_content_legal_ground": "a law"}),
    ("incompatible_content_ground", {**ILLEGAL, "incompatible_content_ground": "terms"}),
    ("incompatible_content_illegal", {**ILLEGAL, "incompatible_content_illegal": "Yes"}),
    ("decision_ground_reference_url", {"decision_ground_reference_url": "our terms"}),
    ("content_type", {"content_type": "CONTENT_TYPE_PRODUCT"}),
    ("content_type", {"content_type": []}),
    ("content_type", {"content_type": ["CONTENT_TYPE_GOODS"]}),
    ("content_type_other", {"content_type": ["CONTENT_TYPE_OTHER"]}),
    ("content_type_other", {"content_type_other": "a smell"}),
    ("category", {"category": "STATEMENT_CATEGORY_COUNTERFEIT"}),
    ("category", {"category": "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"}),  # of version 1
    ("category_addition", {"category_addition": ["STATEMENT_CATEGORY_PIRACY"]}),
    ("category_specification", {"category_specification": ["KEYWORD_COUNTERFEIT"]}),
    ("category_specification", {"category_specification": "KEYWORD_TRADEMARK_INFRINGEMENT"}),
    ("category_specification_other", {"category_specification_other": "another one"}),
    ("territorial_scope", {"territorial_scope": []}),
    ("territorial_scope", {"territorial_scope": ["GB"]}),
    ("territorial_scope", {"territorial_scope": ["de"]}),
    ("territorial_scope", {"territorial_scope": "DE"}),
    ("content_language", {"content_language": "en"}),
    ("content_language", {"content_language": "XX"}),
    ("content_date", {"content_date": "1999-12-31"}),
    ("content_date", {"content_date": "2038-01-02"}),
    ("content_date", {"content_date": "2023-8-8"}),
    ("content_date", {"content_date": "2023-02-30"}),
    ("content_date", {"content_date": "2023-08-08T00:00:00Z"}),
    ("application_date", {"application_date": "2019-12-31"}),
    ("end_date_monetary_restriction", {"end_date_monetary_restriction": "2023-08-07"}),
    ("end_date_account_restriction", {"end_date_account_restriction": "soon"}),
    ("source_type", {"source_type": "SOURCE_ARTICLE_9"}),
    ("source_identity", {"source_type": "SOURCE_VOLUNTARY", "source_identity": "us"}),
    ("source_identity", {"source_identity": "x" * 501}),
    ("automated_detection", {"automated_detection": True}),
    ("automated_decision", {"automated_decision": "Yes"}),
    ("content_id", {"content_id": {"EAN-13": "4006381333932"}}),
    ("content_id", {"content_id": {"EAN-8": "73513537"}}),
    ("content_id", {"content_id": "4006381333931"}),
    ("url", {"url": "https://shop.example/1"}),  # a field of an older version
]


@pytest.mark.parametrize("changed", VALID, ids=lambda changed: ",".join(changed) or "the example")
def test_what_the_rules_allow_has_no_problem(changed: Mapping[str, JsonValue]) -> None:
    assert problems_of({**EXAMPLE, **changed}) == []


@pytest.mark.parametrize(("field", "changed"), INVALID)
def test_what_the_rules_refuse_is_named_by_its_field(field: str, changed: Mapping[str, JsonValue]) -> None:
    assert [problem.field for problem in problems_of({**EXAMPLE, **changed})] == [field]


def test_every_problem_is_given_and_not_the_first_alone() -> None:
    assert {problem.field for problem in problems_of({})} == {*field_rules._REQUIRED, "decision_visibility"}


def test_a_refusal_names_the_value_or_the_limit() -> None:
    (problem,) = problems_of({**EXAMPLE, "decision_facts": "x" * 5001})
    assert problem.message == "has 5001 characters, 5000 are allowed"
