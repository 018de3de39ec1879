import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from training.recipes.photo_variants import AS_IT_IS, COPIES, MIRRORED
from vision.inputs import InputGeometry

GEOMETRY = InputGeometry(size_px=64, letterbox=True, filter="bicubic")


def photo() -> bytes:
    """A photo whose left half is dark, with grain."""
    pixels = np.random.default_rng(0).integers(120, 200, (96, 96, 3), np.uint8)
    pixels[:, :48] //= 4
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def apart(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    return float(np.abs(first.astype(float) - second).mean())


@pytest.mark.parametrize("code", COPIES)
def test_a_copy_is_another_picture_of_the_same_shape(code: str) -> None:
    own = AS_IT_IS.read(photo(), GEOMETRY)
    made = COPIES[code].read(photo(), GEOMETRY)
    assert made.shape == own.shape == (1, 64, 64, 3)
    assert apart(made, own) > 0.5


def test_a_mirrored_photo_mirrored_is_the_photo() -> None:
    own, mirrored = AS_IT_IS.read(photo(), GEOMETRY), MIRRORED.read(photo(), GEOMETRY)
    np.testing.assert_array_equal(mirrored[:, :, ::-1], own)


def test_a_lower_quality_strays_further() -> None:
    own = AS_IT_IS.read(photo(), GEOMETRY)
    strayed = [apart(COPIES[f"jpeg_{quality}"].read(photo(), GEOMETRY), own) for quality in (95, 75, 50, 30)]
    assert strayed == sorted(strayed)


def test_varied_copies_differ_from_photo_to_photo_and_are_the_same_at_every_call() -> None:
    first, other = COPIES["varied_1"], COPIES["varied_2"]
    again = COPIES["varied_1"].read(photo(), GEOMETRY)
    np.testing.assert_array_equal(first.read(photo(), GEOMETRY), again)
    assert apart(other.read(photo(), GEOMETRY), again) > 0.5


def test_a_copy_smaller_than_an_upload_has_to_be_is_read() -> None:
    stream = io.BytesIO()
    Image.open(io.BytesIO(photo())).resize((40, 40)).save(stream, "PNG")
    assert COPIES["half_size"].read(stream.getvalue(), GEOMETRY).shape == (1, 64, 64, 3)
