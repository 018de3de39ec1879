from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from serving.schemas.enforcement.cases import MAX_LISTINGS, CaseSent, Money, MoveSent

LISTING = {"listing_id": "l"}
CASE = {"country": "DE", "listings": [LISTING]}


@pytest.mark.parametrize(
    ("changed", "is_valid"),
    [
        ({}, True),
        ({"listings": [LISTING] * MAX_LISTINGS}, True),
        ({"listings": [LISTING] * (MAX_LISTINGS + 1)}, False),
        ({"listings": []}, False),
        ({"country": "Germany"}, False),
        ({"ground": "design"}, True),
        ({"ground": "counterfeit"}, False),
        ({"statement": "x" * 4000}, True),
        ({"statement": "x" * 4001}, False),
    ],
)
def test_a_case_has_a_country_a_right_and_a_thousand_listings_at_the_utmost(
    changed: dict[str, Any], is_valid: bool
) -> None:
    if is_valid:
        assert CaseSent.model_validate({**CASE, **changed}).country == "DE"
    else:
        with pytest.raises(ValidationError):
            CaseSent.model_validate({**CASE, **changed})


def test_a_listing_without_a_name_is_refused() -> None:
    with pytest.raises(ValidationError):
        CaseSent.model_validate({**CASE, "listings": [{"seller_id": "s"}]})


@pytest.mark.parametrize("wrong", [{"to": "deleted"}, {"version": 0}, {"reason_code": "Not A Code"}])
def test_a_move_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    assert MoveSent.model_validate({"to": "upheld", "version": 1}).reason == ""
    with pytest.raises(ValidationError):
        MoveSent.model_validate({"to": "upheld", "version": 1, **wrong})


@pytest.mark.parametrize("wrong", [{"amount": -1}, {"amount": 1e13}, {"currency": "euro"}])
def test_money_is_an_amount_of_a_currency(wrong: dict[str, Any]) -> None:
    assert Money.model_validate({"amount": 0, "currency": "EUR"}).amount == 0
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": 1, "currency": "EUR", **wrong})
