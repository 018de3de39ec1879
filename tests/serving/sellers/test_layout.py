from __future__ import annotations

import hashlib
import itertools
import math
import random

import pytest

from serving.sellers.layout import lay_out

SELLERS = [hashlib.sha256(bytes([number])).hexdigest()[:32] for number in range(30)]
LINKS = [(SELLERS[0], other, 12.0) for other in SELLERS[1:10]] + [(SELLERS[20], SELLERS[21], 30.0)]
LISTINGS = {seller: [f"{seller[:4]}-{number}" for number in range(3)] for seller in SELLERS}


def test_the_same_graph_has_the_same_places_in_whatever_order_it_is_given() -> None:
    shuffled = [*SELLERS]
    random.Random(1).shuffle(shuffled)
    assert lay_out(SELLERS, LINKS, LISTINGS) == lay_out(shuffled, LINKS[::-1], dict(reversed(LISTINGS.items())))


def test_everything_stands_in_the_picture_and_no_two_sellers_on_one_place() -> None:
    places = lay_out(SELLERS, LINKS, LISTINGS)
    assert set(places.sellers) == set(SELLERS)
    assert len(places.listings) == 90
    assert all(0 <= value <= 1 for place in [*places.sellers.values(), *places.listings.values()] for value in place)
    assert len(set(places.sellers.values())) == 30


@pytest.mark.parametrize("count", [2, 12, 33, 60])
def test_sellers_that_are_all_linked_are_still_told_apart(count: int) -> None:
    """The picture is 700 px wide on a desktop; a circle's radius is up to 16 px."""
    sellers = [hashlib.sha256(f"seller {number}".encode()).hexdigest()[:32] for number in range(count)]
    links = [(left, right, 25.0) for left, right in itertools.combinations(sellers, 2)]
    places = lay_out(sellers, links, {}).sellers
    nearest = min(math.dist(places[left], places[right]) for left, right in itertools.combinations(sellers, 2))
    assert nearest >= 0.45 / math.sqrt(count)


def test_linked_sellers_stand_nearer_than_others() -> None:
    places = lay_out(SELLERS, LINKS, {}).sellers
    others = [math.dist(places[SELLERS[20]], places[seller]) for seller in SELLERS if seller not in SELLERS[20:22]]
    assert math.dist(places[SELLERS[20]], places[SELLERS[21]]) < min(others)


def test_one_two_and_many_sellers_have_places_too() -> None:
    assert lay_out(SELLERS[:1], [], {}).sellers == {SELLERS[0]: (0.5, 0.5)}
    assert len(lay_out(SELLERS[:2], LINKS[:1], {}).sellers) == 2
    many = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(400)]
    assert len(lay_out(many, [], {}).sellers) == 400
