import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from vision.explain.outline import Point, outline_svg, product_outline
from vision.verdict import Evidence

WHOLE = (0.0, 0.0, 1.0, 1.0)


def found(foreground: NDArray[np.float32] | None, box: tuple[float, float, float, float] = WHOLE) -> Evidence:
    return Evidence(values=np.zeros((8, 8), np.float32), box=box, foreground=foreground)


def places(*rectangles: tuple[int, int, int, int], side: int = 8) -> NDArray[np.float32]:
    """A foreground of 1 in rows top..bottom and columns left..right of each rectangle, else 0."""
    values = np.zeros((side, side), np.float32)
    for top, left, bottom, right in rectangles:
        values[top:bottom, left:right] = 1
    return values


def area(line: tuple[Point, ...]) -> float:
    """The area inside a closed line, by the shoelace formula; its sign tells which way round it goes."""
    x, y = np.array(line).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def extent(line: tuple[Point, ...]) -> list[float]:
    points = np.array(line)
    return [*points.min(0).tolist(), *points.max(0).tolist()]


def test_a_product_has_one_closed_line_along_the_edges_of_its_places() -> None:
    (line,) = product_outline(found(places((2, 1, 6, 7))))
    assert extent(line) == pytest.approx([1 / 8, 2 / 8, 7 / 8, 6 / 8])
    assert abs(area(line)) == pytest.approx(24 / 64, rel=0.03)  # corners are rounded


def test_the_line_follows_the_foreground_between_places() -> None:
    values = places((2, 2, 6, 6))
    values[2:6, 6] = 0.75  # the level of a half lies two thirds of the way to the place after it
    (line,) = product_outline(found(values))
    assert extent(line)[2] == pytest.approx((6.5 + 1 / 3) / 8)


def test_two_products_have_two_lines_and_a_hole_has_its_own_the_other_way_round() -> None:
    assert len(product_outline(found(places((0, 0, 2, 2), (5, 5, 8, 8))))) == 2
    ring = places((1, 1, 7, 7)) - places((3, 3, 5, 5))
    outer, inner = sorted(product_outline(found(ring)), key=lambda line: -abs(area(line)))
    assert area(outer) * area(inner) < 0


def test_foregrounds_of_few_levels_are_outlined_too() -> None:
    """Stored and quantised foregrounds are, so places lie exactly at half of the peak."""
    rng = np.random.default_rng(0)
    for levels in (2, 4, 254):
        for _ in range(50):
            foreground = (rng.integers(0, levels + 1, (6, 6)) / 255).astype(np.float32) * (255 / levels)
            for line in product_outline(found(foreground)):
                assert len(set(line)) == len(line) >= 8


def test_products_that_touch_at_a_corner_are_outlined_by_closed_lines() -> None:
    lines = product_outline(found(places((1, 1, 3, 3), (3, 3, 5, 5))))
    assert sum(abs(area(line)) for line in lines) == pytest.approx(8 / 64, rel=0.15)


@pytest.mark.parametrize("seed", range(20))
def test_the_lines_of_any_foreground_are_closed_and_surround_as_much_as_lies_inside(seed: int) -> None:
    coarse = Image.fromarray(np.random.default_rng(seed).random((4, 4)).astype(np.float32))
    values = np.asarray(coarse.resize((14, 14), Image.Resampling.BICUBIC)).clip(0, 1)
    lines = product_outline(found(values))
    assert all(len(line) >= 8 for line in lines)
    inside = float((values >= values.max() / 2).mean())
    assert abs(sum(area(line) for line in lines)) == pytest.approx(inside, abs=0.07)


def test_a_product_that_fills_the_photo_is_outlined_along_its_frame() -> None:
    (line,) = product_outline(found(np.ones((8, 8), np.float32)))
    assert extent(line) == pytest.approx([0, 0, 1, 1])


def test_a_letterboxed_map_is_outlined_in_the_photos_frame() -> None:
    wide = (0.0, -0.5, 1.0, 1.5)  # the photo lies in rows 2 to 5 of 8
    (line,) = product_outline(found(places((2, 0, 6, 8)), box=wide))
    assert extent(line) == pytest.approx([0, 0, 1, 1])


def test_a_faint_foreground_is_outlined_at_half_of_its_peak_and_none_at_all_is_not() -> None:
    strong, faint = (product_outline(found(strength * places((2, 2, 5, 5)))) for strength in (1.0, 0.4))
    assert np.allclose(strong, faint)
    assert product_outline(found(places() + 0.01)) == ()
    assert product_outline(found(None)) == ()


def test_the_picture_has_a_dark_and_a_light_line_that_keep_their_width_when_stretched() -> None:
    root = ElementTree.fromstring(outline_svg(found(places((2, 2, 6, 6)))))
    assert (root.get("viewBox"), root.get("preserveAspectRatio")) == ("0 0 1000 1000", "none")
    paths = list(root)
    assert len({path.get("d") for path in paths}) == 1
    assert len({path.get("stroke") for path in paths}) == 2
    assert {path.get("vector-effect") for path in paths} == {"non-scaling-stroke"}
