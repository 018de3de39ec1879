"""The dryer's skin lies where the profile and the handle's stations put it."""

import numpy as np
import pytest

from training.render.product.shape import (
    BODY_PROFILE,
    HANDLE_END,
    HANDLE_LENGTH,
    HANDLE_TOP,
    PLATE_PLACE,
    SCREW_PLACES,
    SWITCH_PLACE,
    body_radius,
    handle_centre_x,
    handle_point,
    place_on_handle,
    side_patch,
)

PLACES = np.linspace(0, 1, 21)


@pytest.mark.parametrize(("x", "radius"), [(-7.3, 3.52), (-2.5, 4.06), (0.5, 3.95), (5.8, 3.16), (7.4, 3.02)])
def test_the_housing_has_the_radius_of_its_profiles_points(x: float, radius: float) -> None:
    assert body_radius(np.array(x)) == pytest.approx(radius, abs=0.01)


def test_the_housings_profile_runs_forwards_without_a_step() -> None:
    assert (np.diff(BODY_PROFILE[:, 0]) > 0).all()
    assert np.abs(np.diff(BODY_PROFILE[:, 1])).max() < 0.15


def test_half_way_down_the_handle_is_bent_forwards_and_as_thick_as_its_station() -> None:
    # between (0.7, 0, -2.6) and (-1.2, 0, -14.2), bent by 0.7: the centre is (0.45, 0, -8.4)
    np.testing.assert_allclose(handle_point(0.5, 0.0), [0.45 + 1.62, 0, -8.4], atol=1e-9)
    np.testing.assert_allclose(handle_point(0.5, np.pi), [0.45 - 1.62, 0, -8.4], atol=1e-9)
    np.testing.assert_allclose(handle_point(0.5, np.pi / 2), [0.45, 1.36, -8.4], atol=1e-5)


def test_the_handle_starts_and_ends_at_its_named_points() -> None:
    for place, end in ((0.0, HANDLE_TOP), (1.0, HANDLE_END)):
        front, back = handle_point(place, np.array([0.0, np.pi]))
        np.testing.assert_allclose((front + back) / 2, end, atol=1e-9)


def test_points_keep_the_shape_of_places_and_angles() -> None:
    assert handle_point(np.zeros((4, 5)), np.zeros((4, 5))).shape == (4, 5, 3)
    assert side_patch(0.5, np.zeros((4, 1)), np.zeros(5), 0.0).shape == (4, 5, 3)


def test_a_height_gives_back_its_place_on_the_handle() -> None:
    np.testing.assert_allclose(place_on_handle(handle_point(PLACES, 1.0)[..., 2]), PLACES, atol=1e-12)


def test_the_centre_line_lies_half_way_between_front_and_back() -> None:
    front, back = handle_point(PLACES, 0.0)[..., 0], handle_point(PLACES, np.pi)[..., 0]
    np.testing.assert_allclose(handle_centre_x(PLACES), (front + back) / 2, atol=1e-12)


def test_a_patch_lies_on_the_side_that_the_word_mark_is_on_and_is_lifted_outwards() -> None:
    np.testing.assert_allclose(side_patch(0.5, 0.0, 0.0, 0.0), [0.45, -1.36, -8.4], atol=1e-9)
    np.testing.assert_allclose(side_patch(0.5, 0.0, 0.0, 0.2), [0.45, -1.56, -8.4], atol=1e-9)


def test_a_patch_follows_the_handles_skin() -> None:
    dx = np.linspace(-1.4, 1.4, 15)
    patch = side_patch(0.5, dx, 0.0, 0.0)
    np.testing.assert_allclose(np.abs(dx / 1.62) ** 2.5 + np.abs(patch[:, 1] / 1.36) ** 2.5, 1)


def test_a_patchs_offset_upwards_is_a_height() -> None:
    assert side_patch(0.5, 0.0, 1.0, 0.0)[2] - side_patch(0.5, 0.0, 0.0, 0.0)[2] == pytest.approx(1.0)


def test_screws_plate_and_switches_do_not_overlap_on_the_handle() -> None:
    plate_half, recess = 1.1 / HANDLE_LENGTH, 0.36 / HANDLE_LENGTH
    upper, lower = SCREW_PLACES
    assert upper + recess < PLATE_PLACE - plate_half
    assert PLATE_PLACE + plate_half < lower - recess
    assert 0 < upper < SWITCH_PLACE < PLATE_PLACE < lower < 1
