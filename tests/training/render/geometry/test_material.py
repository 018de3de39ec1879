"""Colours are linear, and the denoiser's albedo is what a material reflects."""

import numpy as np
import pytest

from training.render.geometry.material import Decal, Paint, Perforated, albedo, as_rgb, linear

RED, GREEN = Paint(color=(1.0, 0.0, 0.0)), Paint(color=(0.0, 1.0, 0.0))


def test_linear_light_follows_the_srgb_standard() -> None:
    # the two branches of IEC 61966-2-1 meet at 0.04045; mid-grey 0.5 is 0.2140
    np.testing.assert_allclose(linear([0, 0.04045, 0.5, 1]), [0, 0.0031308, 0.2140411, 1], atol=1e-7)
    assert linear([0.5]).dtype == np.float32


def test_linear_light_rises_with_every_srgb_value() -> None:
    assert (np.diff(linear(np.arange(256) / 255)) > 0).all()


def test_a_colour_is_clipped_to_what_can_be_reflected() -> None:
    assert as_rgb(np.array([-0.5, 0.25, 1.5])) == (0.0, 0.25, 1.0)


@pytest.mark.parametrize("paint", [RED, Paint(color=np.full((2, 2, 3), 0.3, np.float32), metallic=1.0)])
def test_a_paints_albedo_is_its_colour(paint: Paint) -> None:
    assert albedo(paint) is paint.color


def test_a_decals_albedo_mixes_print_and_coat_by_the_weight() -> None:
    weight = np.array([[0.0, 0.25], [0.75, 1.0]], np.float32)
    mixed = np.asarray(albedo(Decal(under=GREEN, over=RED, weight=weight)))
    np.testing.assert_allclose(mixed, [[[0.0, 1.0, 0.0], [0.25, 0.75, 0.0]], [[0.75, 0.25, 0.0], [1.0, 0.0, 0.0]]])


def test_a_printed_picture_shows_where_the_decal_covers() -> None:
    picture = np.linspace(0, 1, 12, dtype=np.float32).reshape(2, 2, 3)
    weight = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    mixed = np.asarray(albedo(Decal(under=GREEN, over=Paint(color=picture), weight=weight)))
    np.testing.assert_allclose(mixed[[0, 1], [0, 1]], picture[[0, 1], [0, 1]])
    np.testing.assert_allclose(mixed[[0, 1], [1, 0]], [[0, 1, 0], [0, 1, 0]])


def test_holes_are_black() -> None:
    opacity = np.array([[1.0, 0.0]], np.float32)
    np.testing.assert_allclose(np.asarray(albedo(Perforated(paint=RED, opacity=opacity))), [[[1, 0, 0], [0, 0, 0]]])
