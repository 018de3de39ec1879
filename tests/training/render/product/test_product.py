"""A dryer's parts show every measure of its item, within what can be rendered."""

from dataclasses import replace

import numpy as np
import pytest

from training.render.geometry.material import Decal, Material, Paint, Part, albedo
from training.render.geometry.surface import Floats
from training.render.product.cues import RULES, Cue
from training.render.product.item import Item
from training.render.product.makers import MAKERS, make_counterfeit
from training.render.product.product import build_product
from training.render.product.region import cue_region
from training.render.product.shape import body_radius

GENUINE = Item()


@pytest.fixture(scope="module")
def genuine() -> tuple[Part, ...]:
    return build_product(GENUINE)


def changed(cue: Cue) -> Item:
    """Give the genuine item with one cue, at the first limits of its values."""
    values = {name: intervals[0][0] for name, intervals in RULES[cue].limits.items()}
    if cue is Cue.SCREW_MISSING:
        values["lower"] = 1
    return RULES[cue].change(GENUINE, values)


def moved_points(before: tuple[Part, ...], after: tuple[Part, ...]) -> Floats:
    """Give the new places [N, 3] of the points that moved."""
    assert len(before) == len(after)
    pairs = [(a.surface.vertices, b.surface.vertices) for a, b in zip(before, after, strict=True)]
    return np.concatenate([new[np.abs(new - old).max(1) > 1e-9] for old, new in pairs])


def same_material(one: Material, other: Material) -> bool:
    return bool(np.array_equal(albedo(one), albedo(other))) and shine_of(one) == shine_of(other)


def shine_of(material: Material) -> tuple[float, ...]:
    if isinstance(material, Decal):
        return shine_of(material.under) + shine_of(material.over)
    paint = material if isinstance(material, Paint) else material.paint
    return paint.roughness, paint.metallic, paint.specular


@pytest.mark.parametrize(
    "cue", [Cue.NOZZLE_SLOT, Cue.NOZZLE_LENGTH, Cue.RATING_LABEL_TILT, Cue.SWITCH_GAP], ids=lambda cue: cue.value
)
def test_a_cue_of_shape_moves_points_in_its_region_alone(genuine: tuple[Part, ...], cue: Cue) -> None:
    item = changed(cue)
    points = moved_points(genuine, build_product(item))
    everywhere = np.ones(len(points), np.bool_)
    assert len(points) > 100
    assert cue_region(cue, points, everywhere, GENUINE, item).mean() > 0.9


@pytest.mark.parametrize(
    ("cue", "parts"),
    [
        (Cue.WORD_MARK_SPACING, 1),
        (Cue.WORD_MARK_FONT, 1),
        (Cue.WORD_MARK_TILT, 1),
        (Cue.GRILLE_HOLES, 2),  # both layers of the sheet
        (Cue.GRILLE_PITCH, 2),
        (Cue.RATING_LABEL_MISPRINT, 1),
        (Cue.TRIM_TINT, 4),  # rings at both ends, one switch, and the word mark's foil
    ],
    ids=lambda value: str(value),
)
def test_a_cue_of_print_or_colour_changes_its_own_parts_material_and_no_shape(
    genuine: tuple[Part, ...], cue: Cue, parts: int
) -> None:
    after = build_product(changed(cue))
    assert not len(moved_points(genuine, after))
    assert sum(not same_material(a.material, b.material) for a, b in zip(genuine, after, strict=True)) == parts


def test_gloss_changes_the_coat_wherever_the_body_shows(genuine: tuple[Part, ...]) -> None:
    after = build_product(changed(Cue.BODY_GLOSS))
    new = [b.material for a, b in zip(genuine, after, strict=True) if not same_material(a.material, b.material)]
    coats = [material.under if isinstance(material, Decal) else material for material in new]
    smooth = [coat for coat in coats if isinstance(coat, Paint) and coat.roughness == 0.07]
    assert len(smooth) == 6  # housing, grip, two recesses, and under the word mark and the rating label


def test_a_missing_rating_label_is_one_part_less(genuine: tuple[Part, ...]) -> None:
    assert len(build_product(changed(Cue.RATING_LABEL_MISSING))) == len(genuine) - 1


@pytest.mark.parametrize(("present", "heads"), [((True, True), 2), ((True, False), 1), ((False, False), 0)])
def test_a_missing_screw_leaves_its_recess(genuine: tuple[Part, ...], present: tuple[bool, bool], heads: int) -> None:
    parts = build_product(replace(GENUINE, screw_present=present))
    assert len(parts) == len(genuine) - 2 + heads


def test_a_seam_is_a_groove_where_the_halves_meet_and_the_rest_is_smooth(genuine: tuple[Part, ...]) -> None:
    x, y, z = genuine[0].surface.vertices.T
    depth = body_radius(x) - np.hypot(y, z)
    np.testing.assert_allclose(depth[np.abs(y) < 1e-9], 1.6 * GENUINE.seam_depth)
    np.testing.assert_allclose(depth[np.abs(y) > 0.2], 0, atol=1e-9)


def test_a_step_at_the_seam_lifts_one_half(genuine: tuple[Part, ...]) -> None:
    stepped = build_product(replace(GENUINE, seam_step=0.04))[0].surface.vertices
    outwards = np.linalg.norm(stepped[:, 1:], axis=1) - np.linalg.norm(genuine[0].surface.vertices[:, 1:], axis=1)
    away = np.abs(stepped[:, 1]) > 0.5
    np.testing.assert_allclose(outwards[away], np.where(stepped[away, 1] > 0, 0.04, 0), atol=1e-9)


def test_a_wider_ring_pushes_the_nozzle_on_by_as_much(genuine: tuple[Part, ...]) -> None:
    wider = build_product(replace(GENUINE, ring_width=GENUINE.ring_width + 0.3))
    reach, wider_reach = (max(part.surface.vertices[:, 0].max() for part in parts) for parts in (genuine, wider))
    assert reach == pytest.approx(7.35 + GENUINE.ring_width + GENUINE.nozzle_length)
    assert wider_reach - reach == pytest.approx(0.3)


@pytest.mark.parametrize("name", ["genuine", *MAKERS])
def test_every_part_is_a_sound_mesh_with_a_coat_that_can_exist(name: str) -> None:
    item = GENUINE if name == "genuine" else make_counterfeit(MAKERS[name], GENUINE, np.random.default_rng(1))
    for part in build_product(item):
        surface = part.surface
        assert np.isfinite(surface.vertices).all()
        assert (np.abs(surface.vertices) < 20).all()  # cm, from the origin in the housing
        assert 0 <= surface.faces.min() <= surface.faces.max() < len(surface.vertices)
        assert (np.abs(surface.uv - 0.5) <= 0.5 + 1e-9).all()
        color = np.asarray(albedo(part.material))
        assert 0 <= color.min() <= color.max() <= 1
        assert all(0 <= value <= 1 for value in shine_of(part.material))
        assert shine_of(part.material)[0] >= 0.05


def test_the_denoiser_sees_every_part_but_the_grilles_inner_layer(genuine: tuple[Part, ...]) -> None:
    (inner,) = [part for part in genuine if not part.guided]
    (outer,) = [part for part in genuine if part.guided and part.material is inner.material]
    moved = inner.surface.vertices - outer.surface.vertices
    np.testing.assert_allclose(moved, np.broadcast_to([0.07, 0, 0], moved.shape), atol=1e-9)  # the grille is at -x
