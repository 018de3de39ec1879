"""The cues: each one way in which a counterfeit differs, with the limits that no maker goes beyond."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from training.render.product.item import Item

Interval = tuple[float, float]
Values = Mapping[str, float]


class Cue(StrEnum):
    """The details that can give a counterfeit away."""

    WORD_MARK_SPACING = "word_mark_spacing"
    WORD_MARK_FONT = "word_mark_font"
    WORD_MARK_TILT = "word_mark_tilt"
    SCREW_MISSING = "screw_missing"
    GRILLE_HOLES = "grille_holes"
    GRILLE_PITCH = "grille_pitch"
    NOZZLE_SLOT = "nozzle_slot"
    NOZZLE_LENGTH = "nozzle_length"
    RING_WIDTH = "ring_width"
    TRIM_TINT = "trim_tint"
    BODY_GLOSS = "body_gloss"
    SEAM = "seam"
    RATING_LABEL_MISSING = "rating_label_missing"
    RATING_LABEL_TILT = "rating_label_tilt"
    RATING_LABEL_MISPRINT = "rating_label_misprint"
    SWITCH_GAP = "switch_gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueRule:
    """How a cue changes an item, and the intervals that each of its values stays in.

    `family` is the spot that it occupies: a maker has one cue a family, so that no cue hides another.
    `choices` names values that are switches and take no tolerance.
    """

    family: str
    change: Callable[[Item, Values], Item]
    limits: Mapping[str, tuple[Interval, ...]]
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One mistake that a maker repeats: a cue with its values."""

    cue: Cue
    values: Values


def _mark_spacing(item: Item, v: Values) -> Item:
    wobble = tuple((v["wobble"] * x, v["wobble"] * y) for x, y in _WOBBLE)
    return replace(item, mark_spacing=v["spacing"], mark_wobble=wobble)


def _mark_font(item: Item, v: Values) -> Item:
    return replace(
        item, mark_stroke_px=round(v["stroke_px"]), mark_spacing=v["spacing"], mark_width=v["width"], mark_has_bar=False
    )


def _mark_tilt(item: Item, v: Values) -> Item:
    offset = (item.mark_offset[0] + v["offset"], item.mark_offset[1])
    return replace(item, mark_tilt_deg=item.mark_tilt_deg + v["tilt_deg"], mark_offset=offset)


def _screw_missing(item: Item, v: Values) -> Item:
    return replace(item, screw_present=(v["upper"] == 0, v["lower"] == 0))


def _grille_holes(item: Item, v: Values) -> Item:
    return replace(item, grille_ring_holes=(1, 5, 10, 15, 20, 25, 30), grille_hole=item.grille_hole * v["hole_factor"])


def _grille_pitch(item: Item, v: Values) -> Item:
    return replace(
        item, grille_ring_holes=item.grille_ring_holes[:6], grille_pitch=item.grille_pitch * v["pitch_factor"]
    )


def _nozzle_slot(item: Item, v: Values) -> Item:
    return replace(
        item, nozzle_slot=item.nozzle_slot * v["slot_factor"], nozzle_width=item.nozzle_width * v["width_factor"]
    )


def _nozzle_length(item: Item, v: Values) -> Item:
    return replace(item, nozzle_length=item.nozzle_length * v["length_factor"])


def _ring_width(item: Item, v: Values) -> Item:
    return replace(item, ring_width=item.ring_width * v["width_factor"])


def _trim_tint(item: Item, v: Values) -> Item:
    red, green, blue = (0.95, 0.80, 0.48) if v["gold"] else (0.80, 0.80, 0.82)
    return replace(item, trim_rgb=(red, green, blue), mark_rgb=(red * 0.9, green * 0.9, blue * 0.9))


def _body_gloss(item: Item, v: Values) -> Item:
    red, green, blue = item.body_rgb
    rgb = (red * v["red_factor"], green * v["green_factor"], blue * v["blue_factor"])
    return replace(item, body_roughness=v["roughness"], body_rgb=rgb)


def _seam(item: Item, v: Values) -> Item:
    width, depth = item.seam_width * v["width_factor"], item.seam_depth * v["depth_factor"]
    return replace(item, seam_width=width, seam_depth=depth, seam_step=v["step"])


def _plate_missing(item: Item, v: Values) -> Item:
    return replace(item, plate_present=False)


def _plate_tilt(item: Item, v: Values) -> Item:
    offset = (item.plate_offset[0] + v["offset"], item.plate_offset[1])
    return replace(item, plate_tilt_deg=item.plate_tilt_deg + v["tilt_deg"], plate_offset=offset)


def _plate_misprint(item: Item, v: Values) -> Item:
    return replace(item, plate_model="MODAL KX-2l", plate_voltage="22O-24OV")


def _switch_gap(item: Item, v: Values) -> Item:
    return replace(item, switch_gap=item.switch_gap * v["gap_factor"])


# Offsets of the eight letters in standard deviations: one fixed wobble, so that a maker repeats its own stamp.
_WOBBLE = ((0.3, -1.1), (-0.8, 0.9), (1.2, 0.2), (-0.4, -0.9), (0.6, 1.2), (-1.1, -0.3), (0.9, 0.8), (-0.5, -1.0))

_FACTOR: tuple[Interval, ...] = ((1.5, 2.0),)
_YES_NO: tuple[Interval, ...] = ((0, 0), (1, 1))

RULES: Mapping[Cue, CueRule] = {
    Cue.WORD_MARK_SPACING: CueRule(
        family="word_mark",
        change=_mark_spacing,
        limits={"spacing": ((0.03, 0.08), (0.25, 0.30)), "wobble": ((0.0, 0.022),)},
    ),
    Cue.WORD_MARK_FONT: CueRule(
        family="word_mark",
        change=_mark_font,
        limits={"stroke_px": ((9, 9),), "spacing": ((0.10, 0.10),), "width": ((0.86, 0.86),)},
        choices=frozenset({"stroke_px", "spacing", "width"}),
    ),
    Cue.WORD_MARK_TILT: CueRule(
        family="word_mark",
        change=_mark_tilt,
        limits={"tilt_deg": ((-4.0, -2.2), (2.2, 4.0)), "offset": ((-0.3, 0.3),)},
    ),
    Cue.SCREW_MISSING: CueRule(
        family="screw",
        change=_screw_missing,
        limits={"upper": _YES_NO, "lower": _YES_NO},
        choices=frozenset({"upper", "lower"}),
    ),
    Cue.GRILLE_HOLES: CueRule(family="grille", change=_grille_holes, limits={"hole_factor": ((1.1, 1.25),)}),
    Cue.GRILLE_PITCH: CueRule(family="grille", change=_grille_pitch, limits={"pitch_factor": ((1.14, 1.2),)}),
    Cue.NOZZLE_SLOT: CueRule(
        family="nozzle",
        change=_nozzle_slot,
        limits={"slot_factor": ((1.45, 1.8),), "width_factor": ((0.86, 0.92),)},
    ),
    Cue.NOZZLE_LENGTH: CueRule(family="nozzle", change=_nozzle_length, limits={"length_factor": ((0.72, 0.82),)}),
    Cue.RING_WIDTH: CueRule(family="ring", change=_ring_width, limits={"width_factor": ((0.45, 0.6), (1.55, 1.9))}),
    Cue.TRIM_TINT: CueRule(family="tint", change=_trim_tint, limits={"gold": _YES_NO}, choices=frozenset({"gold"})),
    Cue.BODY_GLOSS: CueRule(
        family="gloss",
        change=_body_gloss,
        limits={
            "roughness": ((0.07, 0.12), (0.55, 0.65)),
            "red_factor": _FACTOR,
            "green_factor": _FACTOR,
            "blue_factor": _FACTOR,
        },
    ),
    Cue.SEAM: CueRule(
        family="seam",
        change=_seam,
        limits={
            "width_factor": ((2.6, 3.6),),
            "depth_factor": ((2.0, 3.0),),
            "step": ((-0.05, -0.03), (0.03, 0.05)),
        },
    ),
    Cue.RATING_LABEL_MISSING: CueRule(family="rating_label", change=_plate_missing, limits={}),
    Cue.RATING_LABEL_TILT: CueRule(
        family="rating_label",
        change=_plate_tilt,
        limits={"tilt_deg": ((-9.0, -5.0), (5.0, 9.0)), "offset": ((-0.15, 0.15),)},
    ),
    Cue.RATING_LABEL_MISPRINT: CueRule(family="rating_label", change=_plate_misprint, limits={}),
    Cue.SWITCH_GAP: CueRule(family="switch", change=_switch_gap, limits={"gap_factor": ((0.68, 0.76), (1.25, 1.35))}),
}
