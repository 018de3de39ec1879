"""Each cue changes its own measures, always, and no others."""

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import pytest

from training.render.product.cues import RULES, Cue, Values
from training.render.product.item import BRAND, Item

GENUINE = Item(mark_tilt_deg=0.1, mark_offset=(0.01, 0.02), plate_tilt_deg=0.3, plate_offset=(0.01, 0.02))

CHANGED: Mapping[Cue, set[str]] = {
    Cue.WORD_MARK_SPACING: {"mark_spacing", "mark_wobble"},
    Cue.WORD_MARK_FONT: {"mark_stroke_px", "mark_spacing", "mark_width", "mark_has_bar"},
    Cue.WORD_MARK_TILT: {"mark_tilt_deg", "mark_offset"},
    Cue.SCREW_MISSING: {"screw_present"},
    Cue.GRILLE_HOLES: {"grille_ring_holes", "grille_hole"},
    Cue.GRILLE_PITCH: {"grille_ring_holes", "grille_pitch"},
    Cue.NOZZLE_SLOT: {"nozzle_slot", "nozzle_width"},
    Cue.NOZZLE_LENGTH: {"nozzle_length"},
    Cue.RING_WIDTH: {"ring_width"},
    Cue.TRIM_TINT: {"trim_rgb", "mark_rgb"},
    Cue.BODY_GLOSS: {"body_roughness", "body_rgb"},
    Cue.SEAM: {"seam_width", "seam_depth", "seam_step"},
    Cue.RATING_LABEL_MISSING: {"plate_present"},
    Cue.RATING_LABEL_TILT: {"plate_tilt_deg", "plate_offset"},
    Cue.RATING_LABEL_MISPRINT: {"plate_model", "plate_voltage"},
    Cue.SWITCH_GAP: {"switch_gap"},
}


def corners(cue: Cue) -> Iterator[Values]:
    """Give every combination of the ends of the cue's intervals, but for the one that removes no screw."""
    limits = RULES[cue].limits
    ends = [[end for interval in intervals for end in interval] for intervals in limits.values()]
    for values in product(*ends):
        if cue is not Cue.SCREW_MISSING or any(values):
            yield dict(zip(limits, values, strict=True))


def changed_by(cue: Cue, values: Values) -> set[str]:
    item = RULES[cue].change(GENUINE, values)
    return {name for name in Item.__slots__ if getattr(item, name) != getattr(GENUINE, name)}


def test_every_cue_has_a_rule() -> None:
    assert set(RULES) == set(Cue) == set(CHANGED)


@pytest.mark.parametrize("cue", list(Cue))
def test_a_cue_changes_its_own_measures_alone_and_something_at_every_limit(cue: Cue) -> None:
    changes = [changed_by(cue, values) for values in corners(cue)]
    assert set().union(*changes) == CHANGED[cue]
    assert all(changes)


def test_cues_of_different_families_never_change_the_same_measure() -> None:
    for one, other in combinations(Cue, 2):
        if RULES[one].family != RULES[other].family:
            assert not CHANGED[one] & CHANGED[other], (one, other)


@pytest.mark.parametrize("cue", list(Cue))
def test_a_rules_intervals_run_upwards_and_lie_apart(cue: Cue) -> None:
    for name, intervals in RULES[cue].limits.items():
        ends = [end for interval in intervals for end in interval]
        assert ends == sorted(ends), name


@pytest.mark.parametrize("cue", list(Cue))
def test_a_relative_value_is_never_within_5_percent_of_the_genuine_one(cue: Cue) -> None:
    for name, intervals in RULES[cue].limits.items():
        if name.endswith("_factor"):
            assert all(high <= 0.95 or low >= 1.05 for low, high in intervals), name


def change(cue: Cue, **values: float) -> Item:
    return RULES[cue].change(GENUINE, values)


def test_a_screw_is_missing_where_its_value_is_1() -> None:
    assert change(Cue.SCREW_MISSING, upper=1, lower=0).screw_present == (False, True)
    assert change(Cue.SCREW_MISSING, upper=0, lower=1).screw_present == (True, False)


def test_factors_multiply_the_items_own_measures() -> None:
    assert change(Cue.NOZZLE_LENGTH, length_factor=0.75).nozzle_length == pytest.approx(4.1 * 0.75)
    seam = change(Cue.SEAM, width_factor=3, depth_factor=2, step=0.04)
    assert (seam.seam_width, seam.seam_depth, seam.seam_step) == pytest.approx((0.105, 0.05, 0.04))


def test_a_tilt_adds_to_the_tilt_that_the_item_has() -> None:
    mark = change(Cue.WORD_MARK_TILT, tilt_deg=3, offset=0.2)
    assert (mark.mark_tilt_deg, *mark.mark_offset) == pytest.approx((3.1, 0.21, 0.02))
    plate = change(Cue.RATING_LABEL_TILT, tilt_deg=-6, offset=-0.1)
    assert (plate.plate_tilt_deg, *plate.plate_offset) == pytest.approx((-5.7, -0.09, 0.02))


def test_the_wobble_moves_every_letter_by_its_own_share_of_the_value() -> None:
    small, large = (change(Cue.WORD_MARK_SPACING, spacing=0.05, wobble=wobble).mark_wobble for wobble in (0.01, 0.02))
    assert len(small) == len(set(small)) == len(BRAND)
    assert [(2 * x, 2 * y) for x, y in small] == [pytest.approx(letter) for letter in large]


def test_gold_trim_has_less_blue_and_chrome_is_nearly_grey() -> None:
    gold, chrome = (change(Cue.TRIM_TINT, gold=value).trim_rgb for value in (1, 0))
    assert gold[2] < 0.6 * gold[0]
    assert max(chrome) - min(chrome) < 0.05


def test_a_misprint_swaps_letters_for_similar_ones() -> None:
    misprint = change(Cue.RATING_LABEL_MISPRINT)
    assert (misprint.plate_model, misprint.plate_voltage) == ("MODAL KX-2l", "22O-24OV")


def test_a_coarser_grille_has_fewer_holes_and_a_wider_pitch_a_ring_less() -> None:
    assert sum(change(Cue.GRILLE_HOLES, hole_factor=1.2).grille_ring_holes) == 106  # the genuine one has 127
    assert change(Cue.GRILLE_PITCH, pitch_factor=1.15).grille_ring_holes == GENUINE.grille_ring_holes[:-1]
