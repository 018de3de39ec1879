"""Cue regions lie where the cue is, and a mask's values say which."""

import numpy as np
import pytest

from training.render.geometry.surface import Floats
from training.render.product.cues import Cue
from training.render.product.item import Item
from training.render.product.makers import MAKERS, make_counterfeit
from training.render.product.region import cue_region, paint_mask, shown_cues
from training.render.product.shape import SCREW_PLACES, side_patch

GENUINE = Item()


def points_at(*point: float) -> Floats:
    return np.broadcast_to(np.array(point), (10, 10, 3))


def shows(cue: Cue, point: Floats, item: Item = GENUINE) -> bool:
    seen = np.ones(point.shape[:2], np.bool_)
    return bool(cue_region(cue, point, seen, GENUINE, item).all())


@pytest.mark.parametrize(
    ("cue", "point"),
    [
        (Cue.WORD_MARK_FONT, (-0.6, -3.9, 0.6)),
        (Cue.GRILLE_HOLES, (-7.5, 1.0, 1.0)),
        (Cue.NOZZLE_LENGTH, (9.5, 0.5, 0.5)),
        (Cue.RING_WIDTH, (7.6, 3.2, 0.0)),
        (Cue.TRIM_TINT, (-7.35, 3.6, 0.0)),
        (Cue.BODY_GLOSS, (2.0, -3.8, 0.0)),
        (Cue.SEAM, (2.0, 0.0, 3.8)),
        (Cue.RATING_LABEL_TILT, tuple(side_patch(0.66, 0.0, 0.0, 0.0))),
    ],
)
def test_a_cue_shows_where_it_is_and_not_on_the_table(cue: Cue, point: tuple[float, float, float]) -> None:
    assert shows(cue, points_at(*point))
    assert not cue_region(cue, points_at(*point), np.zeros((10, 10), np.bool_), GENUINE, GENUINE).any()
    assert not shows(cue, points_at(0.0, 30.0, 0.0))


def test_only_the_screw_that_is_missing_shows() -> None:
    upper, lower = (points_at(*side_patch(place, 0.0, 0.0, 0.0)) for place in SCREW_PLACES)
    item = Item(screw_present=(True, False))
    assert shows(Cue.SCREW_MISSING, lower, item)
    assert not shows(Cue.SCREW_MISSING, upper, item)


def test_a_cue_too_small_to_see_is_not_shown() -> None:
    points = np.full((100, 100, 3), 50.0)
    points[0, :5] = (9.5, 0.5, 0.5)  # 5 of 10,000 pixels see the nozzle; it takes 12
    seen = np.ones((100, 100), np.bool_)
    assert shown_cues([Cue.NOZZLE_LENGTH], points, seen, GENUINE, GENUINE) == []
    points[0, :20] = (9.5, 0.5, 0.5)
    assert [cue for cue, _ in shown_cues([Cue.NOZZLE_LENGTH], points, seen, GENUINE, GENUINE)] == [Cue.NOZZLE_LENGTH]


def test_a_later_smaller_region_covers_an_earlier_one_in_the_mask() -> None:
    large, small = np.zeros((2, 4, 4), np.bool_)
    large[:3], small[1, 1] = True, True
    mask = paint_mask([large, small], 4)
    assert mask.dtype == np.uint8
    assert mask[0, 0] == 1
    assert mask[1, 1] == 2
    assert (mask == 0).sum() == 4


def test_no_cue_of_a_maker_hides_another_one_on_the_word_mark() -> None:
    x, z = np.meshgrid(np.linspace(-7, 7, 200), np.linspace(-3.9, 3.9, 200))
    points = np.stack([x, -np.sqrt(np.clip(3.95**2 - z**2, 0.01, None)), z], -1)
    seen = np.ones((200, 200), np.bool_)
    for maker in MAKERS.values():
        item = make_counterfeit(maker, GENUINE, np.random.default_rng(0))
        found = shown_cues(maker.cues, points, seen, GENUINE, item)
        mask = paint_mask([region for _, region in found], 200)
        assert set(np.unique(mask)) - {0} == set(range(1, len(found) + 1)), maker.name
