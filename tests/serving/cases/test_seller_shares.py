from __future__ import annotations

from serving.cases.seller_shares import shares_of
from tests.serving.builders.cases.new_cases import stored


def test_listings_are_shared_out_by_seller_in_the_order_of_their_first() -> None:
    case = stored(listing_names=("l0", "l1", "l2", "l3", "l4"), listing_sellers=("b", None, "a", "b", None))
    assert [(one.seller_id, one.positions, one.listing_names) for one in shares_of(case)] == [
        ("b", (0, 3), ("l0", "l3")),
        (None, (1, 4), ("l1", "l4")),
        ("a", (2,), ("l2",)),
    ]
