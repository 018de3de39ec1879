"""A ring shows itself where two of its accounts were checked."""

from __future__ import annotations

import datetime

from simulator.truth.events import AccountOpened, CheckMade, Event
from simulator.truth.ledger import Ledger
from simulator.truth.rings import true_rings

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def check(seller_id: str, product: str) -> CheckMade:
    return CheckMade(
        at=AT,
        check_id=f"{seller_id}/{product}",
        member_id="m",
        product=product,
        listing_id="l",
        seller_id=seller_id,
        label="counterfeit",
        outcome="review",
        authenticity=0.5,
        photo_sha256s=(),
    )


def test_rings_are_counted_by_the_products_that_a_caller_sees() -> None:
    accounts = [("a1", "ring a", True), ("a2", "ring a", True), ("b1", "ring b", True), ("h1", "honest", False)]
    happened: list[Event] = [
        AccountOpened(at=AT, seller_id=seller_id, owner=owner, in_ring=in_ring)
        for seller_id, owner, in_ring in accounts
    ]
    happened += [check("a1", "p"), check("a1", "q"), check("a2", "p"), check("b1", "p"), check("h1", "p")]
    assert true_rings(Ledger(happened)) == [{"a1": 2, "a2": 1}]
    assert true_rings(Ledger(happened), {"p"}) == [{"a1": 1, "a2": 1}]
    assert true_rings(Ledger(happened), {"q"}) == []
