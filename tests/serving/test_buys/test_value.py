from __future__ import annotations

import math
from decimal import Decimal

import pytest

from serving.test_buys.value import Region, choose, region_of
from tests.serving.test_buys.listings import listing

ONE = Decimal(1)


def test_worth_is_the_sum_of_its_three_parts() -> None:
    frame = [listing(1, authenticity=0.25, seller="big"), listing(2, seller="big"), listing(3, seller="small")]
    frame += [listing(number, authenticity=0.99, seller="big") for number in range(4, 10)]
    labels = {Region("toy", 1): 3}
    (first, worth), *_ = choose(frame, {one.check_id: ONE for one in frame}, Decimal(9), labels)
    assert first.check_id == "c00001"
    assert worth.uncertainty == pytest.approx(4 * 0.75 * 0.25)
    assert worth.reach == pytest.approx(0.75)  # of the largest seller
    assert worth.labels == pytest.approx(1 / 4)
    assert worth.total == pytest.approx(0.75 + 0.75 + 0.25)


def test_a_sellers_reach_grows_with_the_logarithm_of_its_listings_and_counts_once() -> None:
    frame = [listing(1, authenticity=0.5, seller="mid"), listing(2, authenticity=0.49, seller="mid")]
    frame += [listing(number, authenticity=0.999, seller="big") for number in range(10, 26)]
    bought = choose(frame, {one.check_id: ONE for one in frame}, Decimal(99), {})
    found = {one.check_id: worth for one, worth in bought}
    assert sorted((found["c00001"].reach, found["c00002"].reach)) == pytest.approx(
        [0.0, 0.51 * math.log(2) / math.log(16)]
    )


def test_the_dearer_of_two_equal_listings_waits_and_the_budget_is_kept() -> None:
    frame = [listing(1, authenticity=0.5), listing(2, authenticity=0.5), listing(3, authenticity=0.9)]
    costs = {"c00001": Decimal(50), "c00002": Decimal(20), "c00003": Decimal(30)}
    assert [one.check_id for one, _ in choose(frame, costs, Decimal(69), {})] == ["c00002", "c00003"]
    assert choose(frame, costs, Decimal(0), {}) == []


def test_labels_are_wanted_most_where_there_are_none() -> None:
    frame = [listing(1, authenticity=0.9), listing(2, authenticity=0.9, product="new")]
    labels = {Region("toy", 4): 9}
    first, _ = choose(frame, {one.check_id: ONE for one in frame}, ONE, labels)[0]
    assert first.product == "new"


@pytest.mark.parametrize(("authenticity", "part"), [(0.0, 0), (0.19, 0), (0.2, 1), (0.99, 4), (1.0, 4), (None, 5)])
def test_regions_cover_all_authenticities(authenticity: float | None, part: int) -> None:
    assert region_of("toy", authenticity) == Region("toy", part)
