from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from serving.test_buys.frame import Group
from serving.test_buys.strata import Band, Stratum, allocate, draw, order_group
from tests.serving.test_buys.listings import listing, made_frame


@pytest.mark.parametrize(
    ("sizes", "draws", "given"),
    [
        ({"flagged": 100, "open": 100, "passed": 1000}, 100, {"flagged": 30, "open": 25, "passed": 45}),
        ({"flagged": 3, "open": 100, "passed": 1000}, 100, {"flagged": 3, "open": 35, "passed": 62}),
        ({"flagged": 1, "open": 1, "passed": 1}, 100, {"flagged": 1, "open": 1, "passed": 1}),
        ({"flagged": 50, "open": 50, "passed": 50}, 1, {"flagged": 2, "open": 2, "passed": 2}),
        ({"passed": 500}, 20, {"passed": 20}),
    ],
)
def test_draws_are_divided_by_share_with_two_at_least(
    sizes: dict[Group, int], draws: int, given: dict[Group, int]
) -> None:
    found = allocate(sizes, draws)
    assert sum(found.values()) == sum(given.values())
    for group, number in given.items():
        assert abs(found[group] - number) <= 3, found


def test_bands_hold_every_listing_once_and_every_listing_has_a_chance() -> None:
    passed = [one for one in made_frame() if one.group == "passed"]
    bands = order_group("passed", passed).cut(40)
    assert len(bands) == 4
    assert Counter(one.check_id for band in bands for one in band.listings) == Counter(one.check_id for one in passed)
    assert sum(band.stratum.draws for band in bands) == 40
    assert all(band.stratum.probability > 0 for band in bands)
    assert [band.stratum.suspicion for band in bands] == sorted(band.stratum.suspicion for band in bands)
    for band in bands:
        mean = sum(one.suspicion for one in band.listings) / band.stratum.size
        assert band.stratum.suspicion == pytest.approx(mean)
    # the suspicious are drawn more often than those beyond suspicion
    assert bands[-1].stratum.probability > bands[0].stratum.probability


def test_a_group_of_one_listing_is_a_stratum() -> None:
    (band,) = order_group("open", [listing(1, "review", 0.5)]).cut(1)
    assert band.stratum == Stratum(group="open", size=1, draws=1, suspicion=0.0)


def test_a_draw_is_repeated_by_the_documented_rule() -> None:
    band = Band(
        stratum=Stratum(group="passed", size=50, draws=5, suspicion=0.0),
        listings=tuple(listing(n) for n in range(50)),
    )
    by_rule = sorted(band.listings, key=lambda one: hashlib.sha256(f"seed/{one.check_id}".encode()).hexdigest())
    assert draw(band, "seed") == by_rule[:5]


def test_over_many_seeds_each_listing_is_drawn_as_often_as_its_probability_says() -> None:
    band = Band(
        stratum=Stratum(group="passed", size=20, draws=5, suspicion=0.0),
        listings=tuple(listing(n) for n in range(20)),
    )
    times = Counter(one.check_id for seed in range(2000) for one in draw(band, str(seed)))
    assert sum(times.values()) == 10_000
    # 500 expected, deviation 19: five of them
    assert all(abs(times[one.check_id] - 500) < 97 for one in band.listings)
