"""Sellers share no photo with each other, and rings change accounts after takedowns."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from simulator.world.photos import Item
from simulator.world.sellers import ITEMS_OF_A_RING, TAKEDOWNS_PER_ACCOUNT, make_sellers

ITEMS = [Item(name=f"g{n}", label="genuine", photos=()) for n in range(6)] + [
    Item(name=f"c{n}", label="counterfeit", photos=()) for n in range(2 * ITEMS_OF_A_RING + 4)
]


def test_every_item_belongs_to_one_seller_and_genuine_ones_to_honest_sellers() -> None:
    sellers = make_sellers(ITEMS, honest=3, counterfeit=2, rings=2, members=4, rng=random.Random(1))
    owners = Counter(item.name for seller in sellers for item in seller.items)
    assert set(owners) == {item.name for item in ITEMS}
    assert set(owners.values()) == {1}
    labels = {(seller.kind, item.label) for seller in sellers for item in seller.items}
    assert labels == {("honest", "genuine"), ("counterfeit", "counterfeit"), ("ring", "counterfeit")}


def test_a_ring_opens_an_account_after_some_takedowns_and_keeps_two_in_use() -> None:
    *_, ring = make_sellers(ITEMS, honest=3, counterfeit=2, rings=2, members=4, rng=random.Random(1))
    opened = [ring.suffer_takedown() for _ in range(TAKEDOWNS_PER_ACCOUNT)]
    assert opened == [None] * (TAKEDOWNS_PER_ACCOUNT - 1) + [ring.accounts[-1]]
    assert list(ring.accounts_in_use) == ring.accounts[-2:]
    assert len(ring.accounts) == 3


def test_more_sellers_than_items_are_refused() -> None:
    with pytest.raises(ValueError, match="too few for the sellers"):
        make_sellers(ITEMS, honest=7, counterfeit=2, rings=2, members=4, rng=random.Random(1))
