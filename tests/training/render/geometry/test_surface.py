"""Meshes have the shape that their formulas give, and transforms move them as written."""

from collections.abc import Sequence

import numpy as np
import pytest

from training.render.geometry.surface import (
    Floats,
    Surface,
    lathe,
    rotation,
    rounded_box,
    signed_power,
    spline,
    surface_of,
    translation,
    tube,
)


def flat_grid(width: float, height: float, *, rows: int, columns: int) -> Floats:
    x, y = np.meshgrid(np.linspace(0, width, columns), np.linspace(0, height, rows))
    return np.stack([x, y, np.zeros_like(x)], -1)


def triangle_normals(surface: Surface) -> Floats:
    """Give each triangle's normal [F, 3], as long as twice the triangle's area."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    normals: Floats = np.cross(b - a, c - a)
    return normals


def test_four_points_become_two_triangles_with_the_texture_from_corner_to_corner() -> None:
    surface = surface_of(flat_grid(1, 1, rows=2, columns=2))
    assert surface.faces.tolist() == [[0, 2, 1], [1, 2, 3]]
    assert surface.uv.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]


def test_a_grids_triangles_cover_it_once_and_face_one_side() -> None:
    normals = triangle_normals(surface_of(flat_grid(3, 2, rows=4, columns=6)))
    assert len(normals) == 2 * 3 * 5
    assert np.abs(normals[:, 2]).sum() / 2 == pytest.approx(3 * 2)
    assert len(set(np.sign(normals[:, 2]))) == 1


def test_given_texture_coordinates_are_kept() -> None:
    uv = np.array([[[0.2, 0.3], [0.4, 0.5]], [[0.6, 0.7], [0.8, 0.9]]])
    assert surface_of(flat_grid(1, 1, rows=2, columns=2), uv=uv).uv.tolist() == uv.reshape(-1, 2).tolist()


def test_moving_a_surface_moves_its_points_and_nothing_else() -> None:
    surface = surface_of(flat_grid(1, 1, rows=2, columns=2))
    moved = surface.moved(translation(1, 2, 3) @ rotation(2, 90))
    np.testing.assert_allclose(moved.vertices, [[1, 2, 3], [1, 3, 3], [0, 2, 3], [0, 3, 3]], atol=1e-12)
    assert moved.faces is surface.faces
    assert moved.uv is surface.uv


def test_a_spline_runs_through_its_control_points() -> None:
    control = [[0.0, 0.0], [1.0, 2.0], [4.0, -1.0], [5.0, 0.5]]
    np.testing.assert_allclose(spline(control, 31)[::10], control, atol=1e-6)


def test_a_spline_bends_as_catmull_and_rom_have_it() -> None:
    # half-way between 0 and 1, with 0 - 1 and 0 beyond them: (0 + 2 x 0.5 + 2 x 0.25 - 2 x 0.125) / 2
    assert spline([[0.0], [1.0], [0.0]], 5)[1, 0] == pytest.approx(0.625)


def test_a_spline_through_points_in_line_keeps_the_line_and_the_pace() -> None:
    np.testing.assert_allclose(spline([[0.0], [1.0], [2.0]], 9)[:, 0], np.linspace(0, 2, 9), atol=1e-6)


def test_a_lathe_turns_each_point_of_the_profile_about_x_from_y_towards_z() -> None:
    points = lathe([0.0, 2.0], [1.0, 3.0])
    np.testing.assert_allclose(points[:, 0], [[0, 1, 0], [2, 3, 0]], atol=1e-12)
    np.testing.assert_allclose(points[:, 24], [[0, 0, 1], [2, 0, 3]], atol=1e-12)  # a quarter of 96 steps
    np.testing.assert_allclose(points[:, -1], points[:, 0], atol=1e-12)
    np.testing.assert_allclose(np.hypot(points[..., 1], points[..., 2]), np.broadcast_to([[1], [3]], (2, 97)))


def test_a_lathe_turns_through_given_angles_alone() -> None:
    points = lathe([0.0], [2.0], angles=np.array([0.0, np.pi / 6]))
    np.testing.assert_allclose(points, [[[0, 2, 0], [0, np.sqrt(3), 1]]], atol=1e-12)


def test_a_tubes_rings_stand_across_its_path_at_their_radius() -> None:
    path = np.stack([np.linspace(0, 5, 6), np.zeros(6), np.zeros(6)], 1)
    radius = np.linspace(1, 2, 6)
    points = tube(path, radius, sides=8)
    assert points.shape == (6, 9, 3)
    np.testing.assert_allclose(points[..., 0], np.broadcast_to(path[:, :1], (6, 9)), atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(points - path[:, None], axis=-1), np.broadcast_to(radius[:, None], (6, 9))
    )


def test_a_tube_of_one_radius_takes_it_everywhere() -> None:
    path = spline([[0, 0, 0], [1, 2, 0], [3, 2, 1]], 20)
    assert np.ptp(np.linalg.norm(tube(path, 0.3) - path[:, None], axis=-1)) < 1e-12


@pytest.mark.parametrize("power", [2.0, 5.0, 14.0])
def test_a_rounded_box_is_the_superellipsoid_of_its_half_sizes(power: float) -> None:
    half_sizes = np.array([2.0, 3.0, 0.5])
    points = rounded_box(half_sizes.tolist(), power=power)
    np.testing.assert_allclose((np.abs(points / half_sizes) ** power).sum(-1), 1, atol=1e-9)
    np.testing.assert_allclose(np.abs(points[[0, -1], :, 2]), 0.5)


def test_a_higher_power_fills_more_of_the_boxs_corners() -> None:
    reach = [rounded_box((1, 1, 1), power=power).prod(-1).max() for power in (2.0, 5.0, 14.0)]
    assert reach == sorted(reach)
    assert reach[0] == pytest.approx(1 / 3**1.5, abs=0.01)  # a ball's point towards the corner
    assert reach[-1] < 1


def test_a_signed_power_keeps_the_sign() -> None:
    np.testing.assert_allclose(signed_power(np.array([-8.0, 0.0, 8.0]), 1 / 3), [-2, 0, 2])


@pytest.mark.parametrize(
    ("axis", "before", "after"), [(0, [0, 1, 0], [0, 0, 1]), (1, [0, 0, 1], [1, 0, 0]), (2, [1, 0, 0], [0, 1, 0])]
)
def test_a_quarter_turn_takes_the_next_axis_to_the_one_after(
    axis: int, before: Sequence[int], after: Sequence[int]
) -> None:
    np.testing.assert_allclose((rotation(axis, 90) @ [*before, 1])[:3], after, atol=1e-12)


def test_turning_back_undoes_a_turn_and_a_move_back_a_move() -> None:
    np.testing.assert_allclose(rotation(1, 37) @ rotation(1, -37), np.eye(4), atol=1e-12)
    np.testing.assert_allclose(translation(1, 2, 3) @ translation(-1, -2, -3), np.eye(4))
