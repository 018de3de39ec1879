"""Coverings are colours that a table can have, and their noise is as fine as asked."""

import numpy as np
import pytest

from training.render.geometry.material import Paint
from training.render.scene.tabletop import draw_covering, mute, smooth_noise


@pytest.fixture(scope="module")
def coverings() -> list[Paint]:
    return [draw_covering(np.random.default_rng(seed)) for seed in range(20)]


def test_a_covering_is_a_picture_of_colours_that_can_be_reflected(coverings: list[Paint]) -> None:
    for covering in coverings:
        color = np.asarray(covering.color)
        assert color.shape == (512, 512, 3)
        assert color.dtype == np.float32
        assert 0 < color.min() < color.max() < 0.95


def test_a_rough_covering_is_matte_and_a_smooth_one_shines(coverings: list[Paint]) -> None:
    assert all(covering.matte == (covering.roughness > 0.55) for covering in coverings)
    assert {covering.matte for covering in coverings} == {False, True}
    assert all(0.1 <= covering.roughness <= 1 for covering in coverings)
    assert {covering.metallic for covering in coverings} == {0.0}


def test_coverings_differ_in_colour_and_pattern(coverings: list[Paint]) -> None:
    pictures = [np.asarray(covering.color) for covering in coverings]
    assert np.ptp([picture.mean() for picture in pictures]) > 0.3
    contrast = np.array([picture.std() / picture.mean() for picture in pictures])
    assert contrast.max() > 4 * contrast.min()


def test_the_same_generator_draws_the_same_covering(coverings: list[Paint]) -> None:
    again = draw_covering(np.random.default_rng(3))
    np.testing.assert_array_equal(np.asarray(again.color), np.asarray(coverings[3].color))
    assert again.roughness == coverings[3].roughness


def test_noise_runs_from_0_to_1() -> None:
    noise = smooth_noise(np.random.default_rng(0), 40, 60, 3)
    assert noise.shape == (40, 60)
    assert noise.dtype == np.float32
    assert (noise.min(), noise.max()) == pytest.approx((0, 1), abs=1e-6)


def roughness_of(noise: np.ndarray, axis: int) -> float:
    return float(np.abs(np.diff(noise, axis=axis)).mean())


def test_more_octaves_are_finer_noise() -> None:
    coarse, fine = (smooth_noise(np.random.default_rng(0), 128, 128, 3, octaves) for octaves in (1, 5))
    assert roughness_of(fine, 1) > 1.5 * roughness_of(coarse, 1)


def test_stretched_noise_varies_more_down_than_across() -> None:
    grain = smooth_noise(np.random.default_rng(0), 128, 128, 3, stretch=(6, 0.5))
    assert roughness_of(grain, 0) > 4 * roughness_of(grain, 1)


def test_a_muted_colour_keeps_its_mean_and_the_given_share_of_its_saturation() -> None:
    color = np.array([1.0, 0.5, 0.0])
    np.testing.assert_allclose(mute(color, 0.5), [0.75, 0.5, 0.25])
    np.testing.assert_allclose(mute(color, 0.0), 0.5)
    np.testing.assert_allclose(mute(color, 1.0), color)
