"""The genuine line keeps to its specification within tolerances that no cue stays in."""

import numpy as np
import pytest

from training.render.product.item import Item, draw_genuine_item

NOMINAL = Item()


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return [draw_genuine_item(np.random.default_rng(seed)) for seed in range(500)]


def test_the_genuine_line_keeps_far_closer_to_the_specification_than_any_cue(items: list[Item]) -> None:
    assert max(abs(item.nozzle_length / NOMINAL.nozzle_length - 1) for item in items) < 0.05  # a cue: 0.18 at least
    assert max(abs(item.ring_width / NOMINAL.ring_width - 1) for item in items) < 0.10  # a cue: 0.40 at least
    assert max(abs(item.mark_tilt_deg) for item in items) < 1.0  # a cue: 2.2 at least
    assert max(abs(item.plate_tilt_deg) for item in items) < 2.0  # a cue: 5 at least
    assert len({item.serial for item in items}) == len(items)


@pytest.mark.parametrize(
    "measure",
    [
        "body_roughness",
        "trim_roughness",
        "mark_tilt_deg",
        "nozzle_length",
        "nozzle_slot",
        "ring_width",
        "seam_width",
        "plate_tilt_deg",
    ],
)
def test_a_measure_varies_about_its_specification(items: list[Item], measure: str) -> None:
    found = np.array([getattr(item, measure) for item in items])
    standard_error = found.std() / np.sqrt(len(found))
    assert standard_error > 0
    assert abs(found.mean() - getattr(NOMINAL, measure)) < 4 * standard_error


@pytest.mark.parametrize(
    "measure",
    [
        "trim_rgb",
        "mark_rgb",
        "mark_spacing",
        "mark_wobble",
        "mark_stroke_px",
        "mark_width",
        "mark_has_bar",
        "screw_present",
        "grille_ring_holes",
        "grille_pitch",
        "grille_hole",
        "nozzle_width",
        "ring_radius",
        "seam_depth",
        "seam_step",
        "plate_present",
        "plate_model",
        "plate_voltage",
        "switch_gap",
    ],
)
def test_what_moulds_and_print_fix_never_varies(items: list[Item], measure: str) -> None:
    assert {getattr(item, measure) for item in items} == {getattr(NOMINAL, measure)}


def test_a_nozzle_sits_level_or_upright_within_half_a_radian(items: list[Item]) -> None:
    turns = np.array([item.nozzle_turn_rad for item in items])
    upright = np.abs(turns - np.pi / 2) <= 0.5
    assert (upright | (np.abs(turns) <= 0.5)).all()
    assert 0.4 < upright.mean() < 0.6


def test_a_serial_has_nine_digits(items: list[Item]) -> None:
    assert {len(str(item.serial)) for item in items} == {9}


def test_the_same_generator_draws_the_same_item() -> None:
    assert draw_genuine_item(np.random.default_rng(4)) == draw_genuine_item(np.random.default_rng(4))
    assert draw_genuine_item(np.random.default_rng(4)) != draw_genuine_item(np.random.default_rng(5))
