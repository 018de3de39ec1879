"""The light of a place is bright, bounded and comes from above."""

import numpy as np
import pytest

from training.render.scene.indoor_light import IndoorLight, draw_indoor_light


@pytest.fixture(scope="module")
def lights() -> list[IndoorLight]:
    return [draw_indoor_light(np.random.default_rng(seed)) for seed in range(100)]


def light_of(picture: np.ndarray) -> IndoorLight:
    return IndoorLight(picture=picture.astype(np.float32), turn_deg=0.0)


def test_a_light_is_a_positive_picture_of_all_directions_with_no_lamp_beyond_45(lights: list[IndoorLight]) -> None:
    for light in lights:
        assert light.picture.shape == (64, 128, 3)
        assert light.picture.dtype == np.float32
        assert 0 < light.picture.min() < light.picture.max() <= 45
        assert 0 <= light.turn_deg < 360


def test_every_place_has_a_lamp_far_brighter_than_its_walls(lights: list[IndoorLight]) -> None:
    for light in lights:
        assert light.picture.max() > 8 * np.median(light.picture)


def test_more_light_comes_from_above_than_from_below(lights: list[IndoorLight]) -> None:
    for light in lights:
        assert light.picture[:32].mean() > 1.5 * light.picture[32:].mean()


def test_lights_differ_in_colour_between_warm_and_cool(lights: list[IndoorLight]) -> None:
    red_over_blue = np.array([light.mean_rgb[0] / light.mean_rgb[2] for light in lights])
    assert red_over_blue.min() < 1 < 1.5 < red_over_blue.max()


def test_an_even_lights_mean_colour_is_its_own() -> None:
    mean = light_of(np.full((64, 128, 3), (1.0, 2.0, 4.0))).mean_rgb
    np.testing.assert_allclose(mean / mean[0], [1, 2, 4])


def test_a_row_counts_by_the_share_of_the_sphere_that_it_covers() -> None:
    overhead, level = np.zeros((2, 64, 128, 3))
    overhead[0], level[32] = 1.0, 1.0
    # rows of a sphere shrink with the sine of the angle from overhead
    expected = np.sin(np.pi * 0.5 / 64) / np.sin(np.pi * 32.5 / 64)
    np.testing.assert_allclose(light_of(overhead).mean_rgb / light_of(level).mean_rgb, expected, rtol=1e-5)


def test_the_same_generator_draws_the_same_light(lights: list[IndoorLight]) -> None:
    again = draw_indoor_light(np.random.default_rng(7))
    np.testing.assert_array_equal(again.picture, lights[7].picture)
    assert again.turn_deg == lights[7].turn_deg
    assert not np.array_equal(lights[6].picture, lights[7].picture)
