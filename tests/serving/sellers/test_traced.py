from __future__ import annotations

from serving.sellers.traced import listing_key_of, party_of


def test_checks_of_one_listing_have_one_key_and_others_have_others() -> None:
    assert listing_key_of("toy", "1", "a") == listing_key_of("toy", "1", "b")
    keys = {
        listing_key_of("toy", "1", "a"),
        listing_key_of("mug", "1", "a"),
        listing_key_of("toy", "2", "a"),
        listing_key_of("toy", None, "1"),
        listing_key_of("toy", None, "2"),
    }
    assert len(keys) == 5


def test_a_listing_without_a_seller_stands_for_itself() -> None:
    assert party_of("s", "key") == party_of("s", "other") != party_of(None, "key") == "key"
