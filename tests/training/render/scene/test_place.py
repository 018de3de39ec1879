"""A place stands about what the camera shows, with nothing in the product's way."""

import numpy as np
import pytest

from training.render.camera.view import POSES, Camera, Pose, Shot, View, camera_of, draw_view, product_pose
from training.render.geometry.material import Paint
from training.render.geometry.surface import Floats
from training.render.product.shape import HANDLE_END
from training.render.scene.place import Place, draw_place, furnish

PRODUCT_RADIUS_CM = 5.0


@pytest.fixture(scope="module")
def places() -> list[Place]:
    return [draw_place(seed) for seed in range(16)]


def view_of(pose: Pose, seed: int = 0) -> View:
    return draw_view(Shot.WHOLE, pose, np.random.default_rng(seed))


def vertices_of(place: Place, view: View, cable_seed: int = 0) -> list[Floats]:
    """Give each part's vertices: table, wall, clutter, cable."""
    parts = furnish(place, camera_of(view), product_pose(view), np.random.default_rng(cable_seed))
    return [part.surface.vertices for part in parts]


def test_the_same_seed_gives_the_same_place_and_another_seed_another(places: list[Place]) -> None:
    again, view = draw_place(5), view_of("lying")
    for one, other in zip(vertices_of(again, view), vertices_of(places[5], view), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(np.asarray(again.table.color), np.asarray(places[5].table.color))
    np.testing.assert_array_equal(again.light.picture, places[5].light.picture)
    assert len({place.wall_distance_cm for place in places}) == len(places)


def test_no_wall_mirrors_the_room(places: list[Place]) -> None:
    assert min(place.wall.roughness for place in places) >= 0.4
    assert min(place.table.roughness for place in places) < 0.4  # as some tables do


@pytest.mark.parametrize("pose", POSES)
def test_the_table_lies_under_the_cameras_target_and_the_wall_stands_behind_it(places: list[Place], pose: Pose) -> None:
    for seed, place in enumerate(places):
        view = view_of(pose, seed)
        target, (table, wall, *_) = camera_of(view).target, vertices_of(place, view)
        np.testing.assert_allclose(table[:, 2], 0, atol=1e-9)
        np.testing.assert_allclose(table[:, :2].mean(0), target[:2])
        np.testing.assert_allclose(wall[:, 1], target[1] + place.wall_distance_cm)
        assert 18 <= place.wall_distance_cm <= 45
        assert camera_of(view).origin[1] < target[1]


def test_clutter_stands_on_the_table_away_from_the_product(places: list[Place]) -> None:
    pieces = [part for place in places for part in place.clutter]
    for part in pieces:
        vertices = part.surface.vertices
        assert vertices[:, 2].min() == pytest.approx(0, abs=0.01)
        assert vertices[:, 2].max() <= 9.01
        assert np.hypot(vertices[:, 0], vertices[:, 1]).min() > PRODUCT_RADIUS_CM
    assert {len(place.clutter) for place in places} == {0, 1, 2, 3}


def test_clutter_has_colours_and_coats_that_can_exist(places: list[Place]) -> None:
    for part in (part for place in places for part in place.clutter):
        assert isinstance(part.material, Paint)
        assert isinstance(part.material.color, tuple)
        assert all(0 <= channel <= 1 for channel in part.material.color)
        assert 0.15 <= part.material.roughness <= 0.8
        assert part.material.metallic in (0.0, 1.0)


def test_a_place_follows_the_target_and_stays_as_it_is(places: list[Place]) -> None:
    place = next(place for place in places if place.clutter)
    near, far = view_of("lying", 1), view_of("lying", 2)
    shift = camera_of(far).target - camera_of(near).target
    first, second = vertices_of(place, near), vertices_of(place, far)
    for before, after in zip(first[:-1], second[:-1], strict=True):  # all but the cable, which follows the dryer
        np.testing.assert_allclose(after - before, np.broadcast_to([*shift[:2], 0], before.shape), atol=1e-9)


@pytest.mark.parametrize("pose", POSES)
def test_the_cable_runs_from_the_handles_end_to_the_table(places: list[Place], pose: Pose) -> None:
    for seed in range(20):
        view = view_of(pose, seed)
        rings = vertices_of(places[0], view, cable_seed=seed)[-1].reshape(140, 21, 3)[:, :-1].mean(1)
        handle_end = (product_pose(view) @ np.append(HANDLE_END, 1))[:3]
        assert np.linalg.norm(rings[0] - handle_end) < 3
        np.testing.assert_allclose(rings[-1, 2], 0.32, atol=0.01)  # its radius, and a hair
        assert np.linalg.norm(rings[-1] - rings[0]) > 3


def test_another_cable_seed_lays_another_cable(places: list[Place]) -> None:
    view = view_of("upright")
    one, other = (vertices_of(places[0], view, cable_seed=seed)[-1] for seed in (1, 2))
    assert np.abs(one - other).max() > 1


def test_coverings_repeat_as_often_as_the_place_has_it(places: list[Place]) -> None:
    camera: Camera = camera_of(view_of("lying"))
    for place in places:
        table, wall, *_ = furnish(place, camera, product_pose(view_of("lying")), np.random.default_rng(0))
        assert table.surface.uv.max() == wall.surface.uv.max() == place.repeats
        assert 1.5 <= place.repeats <= 3.5
