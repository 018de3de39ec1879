"""Cameras see what their shot guarantees."""

import numpy as np
import pytest

from training.render.camera.view import POSES, Pose, Shot, View, camera_of, draw_view, product_pose
from training.render.product.shape import PLATE_PLACE, side_patch

TARGETS = {
    Shot.WORD_MARK: np.array([-0.6, -3.9, 0.6]),
    Shot.GRILLE: np.array([-7.3, 0.0, 0.0]),
    Shot.RATING_LABEL: side_patch(PLATE_PLACE, 0.0, 0.0, 0.0),
}


def views(shot: Shot, pose: Pose) -> list[View]:
    return [draw_view(shot, pose, np.random.default_rng(seed)) for seed in range(200)]


def place_in_picture(view: View, point: np.ndarray) -> np.ndarray:
    """Give where a point of the product falls, -1 to 1 across and up the picture."""
    camera = camera_of(view)
    world = (product_pose(view) @ np.append(point, 1))[:3] - camera.origin
    left, up, forward = camera.pose[:3, :3].T @ world
    assert forward > 0
    half = np.tan(np.radians(camera.field_of_view_deg / 2))
    place: np.ndarray = np.array([-left, up]) / forward / half
    return place


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("shot", list(TARGETS))
def test_a_close_up_has_its_subject_in_the_picture(shot: Shot, pose: Pose) -> None:
    inside = [np.abs(place_in_picture(view, TARGETS[shot])).max() < 0.8 for view in views(shot, pose)]
    assert np.mean(inside) > 0.95


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize(("shot", "normal"), [(Shot.WORD_MARK, [0, -1, 0]), (Shot.GRILLE, [-1, 0, 0])])
def test_a_close_up_is_taken_from_its_subjects_side(shot: Shot, normal: list[float], pose: Pose) -> None:
    facing = []
    for view in views(shot, pose):
        towards_camera = -camera_of(view).pose[:3, 2]
        facing.append(float(product_pose(view)[:3, :3] @ normal @ towards_camera) > 0.2)
    assert np.mean(facing) > 0.95


@pytest.mark.parametrize("pose", POSES)
def test_the_camera_stands_above_the_table_on_the_same_side_of_the_place(pose: Pose) -> None:
    for shot in Shot:
        for view in views(shot, pose):
            camera = camera_of(view)
            assert camera.origin[2] > 0
            assert camera.origin[1] < camera.target[1]


def test_rays_run_through_the_pixels_that_the_camera_shows() -> None:
    camera = camera_of(draw_view(Shot.WHOLE, "upright", np.random.default_rng(1)))
    rays = camera.rays(64)
    assert rays.shape == (64, 64, 3)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1)
    np.testing.assert_allclose(rays[31:33, 31:33].mean((0, 1)), camera.pose[:3, 2], atol=1e-3)
    from_axis_deg = np.degrees(np.arccos(rays[31, 0] @ camera.pose[:3, 2]))
    assert abs(from_axis_deg - camera.field_of_view_deg / 2) < 0.5
