from __future__ import annotations

from typing import Any

import pytest

from serving.sellers.prices import Price, price_of


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"price": 12.5, "currency": "EUR"}, (12.5, "EUR")),
        ({"price": "12,50 €"}, (12.5, "EUR")),
        ({"price": "1.299,00", "currency": "eur"}, (1299.0, "EUR")),
        ({"price": "1,299.99 USD"}, (1299.99, "USD")),
        ({"price": "1 299"}, None),
        ({"price": "1 299", "currency": "CNY"}, (1299.0, "CNY")),
        ({"price": "1,299", "currency": "JPY"}, (1299.0, "JPY")),
        ({"Price": {"amount": 5, "currency": "GBP"}}, (5.0, "GBP")),
        ({"price": "$12"}, None),
        ({"price": "¥99"}, None),
        ({"price": 0, "currency": "EUR"}, None),
        ({"price": -3, "currency": "EUR"}, None),
        ({"price": True, "currency": "EUR"}, None),
        ({"price": "free", "currency": "EUR"}, None),
        ({"price": 1e300, "currency": "EUR"}, None),
        ({"price": [1], "currency": "EUR"}, None),
        ({}, None),
    ],
)
def test_a_price_is_read_where_amount_and_currency_are_sure(
    attributes: dict[str, Any], expected: tuple[float, str] | None
) -> None:
    wanted = None if expected is None else Price(amount=expected[0], currency=expected[1])
    assert price_of(attributes) == wanted
