"""Makers repeat their own mistakes, within the limits of the cues."""

import numpy as np
import pytest

from training.render.product.cues import RULES, Cue
from training.render.product.item import Item, draw_genuine_item
from training.render.product.makers import MAKERS, TOLERANCE, Maker, draw_values, interval_of, make_counterfeit

EVERY_MAKER = pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS.keys())


def test_there_are_at_least_eight_makers_and_twelve_cues_in_use() -> None:
    used = {cue for maker in MAKERS.values() for cue in maker.cues}
    assert len(MAKERS) >= 8
    assert len(used) >= 12
    assert used <= set(Cue)


def test_no_two_makers_make_the_same_mistakes() -> None:
    assert len({frozenset(maker.cues) for maker in MAKERS.values()}) == len(MAKERS)


@EVERY_MAKER
def test_a_maker_has_three_to_seven_cues_of_different_families(maker: Maker) -> None:
    families = [RULES[cue].family for cue in maker.cues]
    assert 3 <= len(families) <= 7
    assert len(set(families)) == len(families)


@EVERY_MAKER
def test_a_maker_names_every_value_of_its_cues_within_the_limits(maker: Maker) -> None:
    for deviation in maker.deviations:
        rule = RULES[deviation.cue]
        assert set(deviation.values) == set(rule.limits)
        for name, value in deviation.values.items():
            assert interval_of(rule, name, value) is not None, (deviation.cue, name, value)


@EVERY_MAKER
def test_every_item_of_a_maker_has_the_same_mistakes_within_its_tolerance_and_the_limits(maker: Maker) -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        for deviation in maker.deviations:
            rule = RULES[deviation.cue]
            for name, value in draw_values(deviation, rng).items():
                own = deviation.values[name]
                assert interval_of(rule, name, value) == interval_of(rule, name, own)
                assert abs(value - own) <= 6 * TOLERANCE * abs(own)


@EVERY_MAKER
def test_a_counterfeit_differs_from_the_genuine_item_in_what_its_cues_change_and_keeps_its_serial(maker: Maker) -> None:
    genuine = draw_genuine_item(np.random.default_rng(5))
    counterfeit = make_counterfeit(maker, genuine, np.random.default_rng(6))
    assert counterfeit.serial == genuine.serial
    for deviation in maker.deviations:
        undone = RULES[deviation.cue].change(genuine, deviation.values)
        changed = {name for name in Item.__slots__ if getattr(undone, name) != getattr(genuine, name)}
        assert changed
        assert all(getattr(counterfeit, name) != getattr(genuine, name) for name in changed)


def test_a_value_beyond_the_limits_has_no_interval() -> None:
    rule = RULES[Cue.NOZZLE_LENGTH]
    assert interval_of(rule, "length_factor", 0.71) is None
    assert interval_of(rule, "length_factor", 0.83) is None
    assert interval_of(rule, "length_factor", 0.75) == (0.72, 0.82)
