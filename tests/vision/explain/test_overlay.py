import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.builders.photos import encode
from vision.explain.overlay import MAX_SIDE_PX, TOWARDS_COUNTERFEIT, TOWARDS_GENUINE, evidence_png
from vision.inputs import InputGeometry, to_input
from vision.photo.decode import open_photo
from vision.verdict import Evidence

WHOLE = (0.0, 0.0, 1.0, 1.0)


def overlay(
    values: NDArray[np.float32] | list[list[float]],
    width: int,
    height: int,
    box: tuple[float, float, float, float] = WHOLE,
) -> NDArray[np.uint8]:
    data = evidence_png(Evidence(values=np.array(values, np.float32), box=box), width, height)
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    assert image.mode == "RGBA"
    return np.asarray(image)


def test_counterfeit_is_red_genuine_blue_and_neutral_transparent() -> None:
    pixels = overlay([[-2.0, 0.0, 2.0]], 90, 30)
    assert pixels.shape == (30, 90, 4)
    assert tuple(pixels[15, 5, :3]) == TOWARDS_COUNTERFEIT
    assert tuple(pixels[15, 85, :3]) == TOWARDS_GENUINE
    assert pixels[15, 5, 3] == pixels[15, 85, 3] == 190
    assert pixels[15, 45, 3] == 0


def test_opacity_is_relative_to_the_strongest_place() -> None:
    weak, strong = overlay([[-1.0, -1.0, 4.0, 4.0]], 80, 20)[10, [5, 75], 3]
    assert strong == 190
    assert weak == pytest.approx(190 * (0.25 - 0.08) / 0.92, abs=1)


def test_a_map_that_hardly_matters_is_not_blown_up() -> None:
    assert overlay(np.full((7, 7), 0.001, np.float32), 70, 70)[35, 35, 3] < 20
    assert overlay(np.zeros((7, 7), np.float32), 70, 70)[..., 3].max() == 0


def test_the_overlay_has_the_shape_of_the_photo_and_a_bounded_size() -> None:
    assert overlay([[1.0]], 150, 100).shape == (100, 150, 4)
    assert overlay([[1.0]], 4000, 3000).shape == (MAX_SIDE_PX * 3 // 4, MAX_SIDE_PX, 4)
    assert overlay([[1.0]], 30, 9000).shape == (MAX_SIDE_PX, 1, 4)


def test_a_map_that_is_no_number_is_drawn_as_nothing() -> None:
    assert overlay([[float("nan"), 1.0]], 40, 20)[10, 2, 3] == 0


@pytest.mark.parametrize(("width", "height"), [(640, 480), (480, 640), (500, 500), (600, 150)])
def test_the_overlay_lands_on_the_thing_in_the_photo(width: int, height: int) -> None:
    pixels = np.full((height, width, 3), 127, np.uint8)
    top, left = height // 2, width // 5
    pixels[top : top + height // 4, left : left + width // 4] = 255
    tiles = to_input(open_photo(encode(pixels)), InputGeometry(size_px=224))
    seen = tiles.pixels[0, ..., 0].reshape(28, 8, 28, 8).mean(axis=(1, 3)) - 127  # a map that marks what is white
    x0, y0, x1, y1 = tiles.boxes[0].tolist()
    opacity = overlay(seen.astype(np.float32), width, height, (x0, y0, x1, y1))[..., 3].astype(float)
    assert opacity.shape[1] / opacity.shape[0] == pytest.approx(width / height, rel=0.01)
    rows, columns = np.mgrid[0 : opacity.shape[0], 0 : opacity.shape[1]] + 0.5
    down = (opacity * rows).sum() / opacity.sum() / opacity.shape[0]
    across = (opacity * columns).sum() / opacity.sum() / opacity.shape[1]
    assert down * height == pytest.approx(top + height / 8, abs=0.01 * max(width, height))
    assert across * width == pytest.approx(left + width / 8, abs=0.01 * max(width, height))
