from __future__ import annotations

import typing

import pytest

from serving.cases.clocks.periods import EU_COUNTRIES
from serving.cases.decision_policy import (
    EEA_COUNTRIES,
    LEGAL_GROUNDS,
    DecisionPolicy,
    Scope,
    ground_words,
    territory_of,
    territory_words,
)
from serving.schemas.enforcement.cases import Ground


@pytest.mark.parametrize(
    ("country", "scope", "countries", "words"),
    [
        ("DE", "country", {"DE"}, "DE"),
        ("DE", "EU", EU_COUNTRIES, "the European Union (27 countries)"),
        ("DE", "EEA", EEA_COUNTRIES, "the European Economic Area (30 countries)"),
        ("NO", "country", {"NO"}, "NO"),
        ("NO", "EU", EU_COUNTRIES | {"NO"}, "the European Union (27 countries), NO"),
        ("US", "EU", {"US"}, "US"),
    ],
)
def test_a_decision_applies_where_the_policy_and_the_case_say(
    country: str, scope: Scope, countries: frozenset[str], words: str
) -> None:
    assert territory_of(country, scope) == tuple(sorted(countries))
    assert territory_words(territory_of(country, scope)) == words


def test_the_law_is_named_where_no_terms_are_relied_on() -> None:
    for ground in typing.get_args(Ground):
        assert ground_words(ground, "DE", "EU", DecisionPolicy()).startswith(LEGAL_GROUNDS[ground])
    assert ground_words("design", "US", "other", DecisionPolicy()).startswith(
        "The law that protects a registered design in US. The listing offers goods that infringe a registered design"
    )


def test_the_clause_of_the_terms_is_named_with_where_it_is_published() -> None:
    policy = DecisionPolicy(terms="Terms of sale, clause 7", terms_url="https://market.example/terms")
    words = ground_words("design", "DE", "EU", policy)
    assert words.startswith("Terms and conditions: Terms of sale, clause 7 (https://market.example/terms). The listing")
    assert words.endswith("The terms and conditions forbid such goods. It is unlawful as well.")
