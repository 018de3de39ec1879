"""The counterfeit makers: each repeats its own fixed deviations, within small tolerances of its own line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.render.product.cues import RULES, Cue, CueRule, Deviation, Interval, Values
from training.render.product.item import Item

TOLERANCE = 0.012  # standard deviation of a maker's own values, as a share of the value


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A counterfeit factory: its name and the deviations of every dryer that it makes."""

    name: str
    deviations: tuple[Deviation, ...]

    @property
    def cues(self) -> tuple[Cue, ...]:
        """The cues of every item by this maker, in a fixed order."""
        return tuple(deviation.cue for deviation in self.deviations)


def make_counterfeit(maker: Maker, item: Item, rng: np.random.Generator) -> Item:
    """Give the item as this maker would have made it: its deviations on top of the item's ordinary tolerances."""
    for deviation in maker.deviations:
        item = RULES[deviation.cue].change(item, draw_values(deviation, rng))
    return item


def draw_values(deviation: Deviation, rng: np.random.Generator) -> Values:
    """Give a deviation's values on one item: the maker's own, off by its line's tolerance, never beyond the limits."""
    rule = RULES[deviation.cue]
    drawn: dict[str, float] = {}
    for name, value in deviation.values.items():
        shift = float(rng.normal(0, TOLERANCE))  # drawn for switches too, so that streams stay aligned
        low, high = interval_of(rule, name, value) or (value, value)
        drawn[name] = value if name in rule.choices else float(np.clip(value * (1 + shift), low, high))
    return drawn


def interval_of(rule: CueRule, name: str, value: float) -> Interval | None:
    """Give the interval of the rule that holds this value, or None when the value lies beyond the limits."""
    for low, high in rule.limits[name]:
        if low <= value <= high:
            return low, high
    return None


def _deviation(cue: Cue, **values: float) -> Deviation:
    return Deviation(cue=cue, values=values)


def _gloss(roughness: float, red: float, green: float, blue: float) -> Deviation:
    return _deviation(Cue.BODY_GLOSS, roughness=roughness, red_factor=red, green_factor=green, blue_factor=blue)


def _mark_font() -> Deviation:
    return _deviation(Cue.WORD_MARK_FONT, stroke_px=9, spacing=0.10, width=0.86)


_ALL = (
    Maker(
        name="amber",
        deviations=(
            _mark_font(),
            _gloss(0.075, 1.96, 1.90, 1.86),
            _deviation(Cue.SCREW_MISSING, upper=0, lower=1),
            _deviation(Cue.RATING_LABEL_MISPRINT),
            _deviation(Cue.SEAM, width_factor=3.5, depth_factor=2.9, step=0.048),
            _deviation(Cue.NOZZLE_LENGTH, length_factor=0.73),
        ),
    ),
    Maker(
        name="basil",
        deviations=(
            _deviation(Cue.TRIM_TINT, gold=1),
            _deviation(Cue.WORD_MARK_SPACING, spacing=0.035, wobble=0.021),
            _deviation(Cue.GRILLE_HOLES, hole_factor=1.23),
            _deviation(Cue.NOZZLE_SLOT, slot_factor=1.76, width_factor=0.865),
            _deviation(Cue.RATING_LABEL_MISSING),
            _deviation(Cue.SWITCH_GAP, gap_factor=0.69),
        ),
    ),
    Maker(
        name="cedar",
        deviations=(
            _deviation(Cue.WORD_MARK_TILT, tilt_deg=3.9, offset=0.25),
            _deviation(Cue.RING_WIDTH, width_factor=1.87),
            _deviation(Cue.GRILLE_PITCH, pitch_factor=1.195),
            _deviation(Cue.NOZZLE_LENGTH, length_factor=0.735),
            _deviation(Cue.RATING_LABEL_TILT, tilt_deg=8.7, offset=0.12),
            _deviation(Cue.SWITCH_GAP, gap_factor=1.34),
            _gloss(0.64, 1.92, 1.94, 1.97),
        ),
    ),
    Maker(
        name="dune",
        deviations=(
            _deviation(Cue.TRIM_TINT, gold=0),
            _gloss(0.080, 1.82, 1.92, 1.97),
            _deviation(Cue.WORD_MARK_SPACING, spacing=0.295, wobble=0.021),
            _deviation(Cue.NOZZLE_SLOT, slot_factor=1.77, width_factor=0.87),
            _deviation(Cue.RATING_LABEL_TILT, tilt_deg=-8.6, offset=-0.13),
        ),
    ),
    Maker(
        name="ember",
        deviations=(
            _mark_font(),
            _deviation(Cue.TRIM_TINT, gold=1),
            _deviation(Cue.GRILLE_PITCH, pitch_factor=1.19),
            _deviation(Cue.NOZZLE_LENGTH, length_factor=0.74),
            _deviation(Cue.SCREW_MISSING, upper=1, lower=1),
            _deviation(Cue.RATING_LABEL_MISSING),
        ),
    ),
    Maker(
        name="flint",
        deviations=(
            _gloss(0.635, 1.96, 1.88, 1.80),
            _deviation(Cue.WORD_MARK_TILT, tilt_deg=-3.85, offset=-0.27),
            _deviation(Cue.RING_WIDTH, width_factor=0.47),
            _deviation(Cue.GRILLE_HOLES, hole_factor=1.235),
            _deviation(Cue.RATING_LABEL_MISPRINT),
            _deviation(Cue.SEAM, width_factor=3.45, depth_factor=2.85, step=-0.047),
        ),
    ),
    Maker(
        name="grove",
        deviations=(
            _deviation(Cue.TRIM_TINT, gold=0),
            _deviation(Cue.WORD_MARK_SPACING, spacing=0.040, wobble=0.020),
            _deviation(Cue.GRILLE_PITCH, pitch_factor=1.19),
            _deviation(Cue.NOZZLE_LENGTH, length_factor=0.73),
            _deviation(Cue.RATING_LABEL_MISSING),
            _deviation(Cue.SWITCH_GAP, gap_factor=1.33),
        ),
    ),
    Maker(
        name="heron",
        deviations=(
            _gloss(0.078, 1.90, 1.96, 1.85),
            _mark_font(),
            _deviation(Cue.RING_WIDTH, width_factor=0.48),
            _deviation(Cue.NOZZLE_SLOT, slot_factor=1.75, width_factor=0.87),
            _deviation(Cue.SCREW_MISSING, upper=1, lower=0),
            _deviation(Cue.RATING_LABEL_TILT, tilt_deg=8.4, offset=-0.12),
        ),
    ),
)

MAKERS: Mapping[str, Maker] = {maker.name: maker for maker in _ALL}
