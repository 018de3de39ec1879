from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from typing import Any

import pytest

from serving.test_buys.frame import MAX_LOGIT, frame_digest, price_of
from tests.serving.test_buys.listings import listing


@pytest.mark.parametrize(
    ("outcome", "group"),
    [
        ("counterfeit", "flagged"),
        ("genuine", "passed"),
        ("review", "open"),
        ("insufficient", "open"),
        ("unsupported", "open"),
    ],
)
def test_every_outcome_has_its_group(outcome: str, group: str) -> None:
    assert listing(1, outcome).group == group


@pytest.mark.parametrize(
    ("authenticity", "suspicion"),
    [(0.5, 0.0), (0.2, math.log(4)), (None, 0.0), (0.0, MAX_LOGIT), (1.0, -MAX_LOGIT)],
)
def test_suspicion_is_a_bounded_logit(authenticity: float | None, suspicion: float) -> None:
    assert listing(1, authenticity=authenticity).suspicion == pytest.approx(suspicion)


def test_the_digest_is_that_of_the_documented_lines() -> None:
    one = listing(1, seller="s", price=Decimal("9.50"))
    # printf '["c00001","s","toy","genuine",0.9,"9.50"]\n' | sha256sum
    assert frame_digest([one]) == "7c66e4b5c352e9ba5e274cc942946479949ba97d7f0ee0ab63bd96310df8bbc9"


def test_the_digest_knows_no_order_and_finds_each_change() -> None:
    frame = [listing(1, seller="a"), listing(2, authenticity=None)]
    assert frame_digest(frame) == frame_digest(frame[::-1])
    changes: dict[str, Any] = {
        "check_id": "x",
        "seller_id": "x",
        "product": "x",
        "outcome": "review",
        "authenticity": 0.1,
        "price": 1,
    }
    for name, value in changes.items():
        assert frame_digest([dataclasses.replace(frame[0], **{name: value}), frame[1]]) != frame_digest(frame), name


@pytest.mark.parametrize(
    ("attributes", "price"),
    [
        ({"price": 12.5, "currency": "EUR"}, Decimal("12.5")),
        ({"price": "12.50", "currency": "EUR"}, Decimal("12.50")),
        ({"price": 0, "currency": "EUR"}, Decimal(0)),
        ({"price": 12.5, "currency": "USD"}, None),
        ({"price": 12.5}, None),
        ({"currency": "EUR"}, None),
        ({"price": True, "currency": "EUR"}, None),
        ({"price": "cheap", "currency": "EUR"}, None),
        ({"price": "NaN", "currency": "EUR"}, None),
        ({"price": "1e400", "currency": "EUR"}, None),
        ({"price": -1, "currency": "EUR"}, None),
        ({"price": [1], "currency": ["EUR"]}, None),
    ],
)
def test_a_price_is_a_number_in_the_plans_currency(attributes: dict[str, object], price: Decimal | None) -> None:
    assert price_of(attributes, "EUR") == price
