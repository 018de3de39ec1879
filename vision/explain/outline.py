"""The outline of the product that a bundle found in a photo: the line on which the foreground is half of its peak.

Marching squares on the map's places (https://en.wikipedia.org/wiki/Marching_squares), smoothed by Chaikin's corner
cutting: no package that serving has finds contours.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.verdict import Evidence

Point = tuple[float, float]

OUTLINE_LEVEL: Final = 0.5  # of the peak
_FAINTEST: Final = 0.05  # a peak below it outlines nothing
_ROUNDS: Final = 2  # of corner cutting
_NUDGE: Final = 1e-6  # of foreground: far less than shows
_VIEW_BOX: Final = 1000
OUTLINE_STROKES: Final = (("#000000", 4), ("#ffd60a", 2))  # in pixels: dark under yellow shows on any photo


def product_outline(evidence: Evidence) -> tuple[tuple[Point, ...], ...]:
    """Closed lines around the product, each point x and y as shares of the photo; none where no product is known.

    The points of a line follow each other, and the last one is joined to the first. A line may leave the photo where
    the product does.
    """
    if evidence.foreground is None or float(evidence.foreground.max()) < _FAINTEST:
        return ()
    x0, y0, x1, y1 = evidence.box
    height, width = evidence.foreground.shape
    across, down = (x1 - x0) / width, (y1 - y0) / height
    return tuple(
        tuple((x0 + (x - 0.5) * across, y0 + (y - 0.5) * down) for x, y in _smoothed(line))
        for line in _contours(
            np.pad(evidence.foreground.astype(np.float64), 1), OUTLINE_LEVEL * float(evidence.foreground.max())
        )
    )


def outline_svg(evidence: Evidence) -> bytes:
    """The outline as an SVG in the photo's frame: stretch it over the photo, and its lines keep their width."""
    lines = (
        "M" + "L".join(f"{_VIEW_BOX * x:.1f} {_VIEW_BOX * y:.1f}" for x, y in line) + "Z"
        for line in product_outline(evidence)
    )
    path = "".join(lines)
    strokes = "".join(
        f'<path d="{path}" stroke="{colour}" stroke-width="{width}" vector-effect="non-scaling-stroke"/>'
        for colour, width in OUTLINE_STROKES
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_VIEW_BOX} {_VIEW_BOX}" preserveAspectRatio="none" '
        f'fill="none" stroke-linejoin="round">{strokes}</svg>'
    ).encode("ascii")


def _contours(values: NDArray[np.float64], level: float) -> Iterator[list[Point]]:
    """The closed lines at a level of values [H, W] whose rim lies below it, as x and y between indices."""
    # A value at the level itself would be the crossing of all its edges, where lines meet and one can't be followed.
    values = np.where(np.abs(values - level) < _NUDGE, level + _NUDGE, values)
    following: dict[Point, Point] = {}
    for row, column in np.argwhere(_is_mixed(values >= level)).tolist():
        following |= _segments(values, level, row, column)
    while following:
        first = next(iter(following))
        line, point = [first], following.pop(first)
        while point != first:
            line.append(point)
            point = following.pop(point)
        yield line


def _is_mixed(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the four corners of each cell lie on both sides: [H - 1, W - 1]."""
    corners = inside[:-1, :-1].astype(int) + inside[:-1, 1:] + inside[1:, :-1] + inside[1:, 1:]
    return (corners > 0) & (corners < 4)


def _segments(values: NDArray[np.float64], level: float, row: int, column: int) -> dict[Point, Point]:
    """The pieces of line in a cell, by their start; one ends where that of a neighbouring cell starts.

    Clockwise around the cell, a piece starts where the corners go from inside to outside. In a cell with two starts
    its middle decides whether the line cuts off the two corners outside, or those inside.
    """
    corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
    inside = [bool(values[corner] >= level) for corner in corners]
    starts = [n for n in range(4) if inside[n] and not inside[(n + 1) % 4]]
    ends = [n for n in range(4) if not inside[n] and inside[(n + 1) % 4]]
    if len(starts) == 2:
        is_joined = np.mean([values[corner] for corner in corners]) >= level
        ends = [(start + (1 if is_joined else 3)) % 4 for start in starts]
    points = [_crossing(values, level, corners[n], corners[(n + 1) % 4]) for n in range(4)]
    return {points[start]: points[end] for start, end in zip(starts, ends, strict=True)}


def _crossing(values: NDArray[np.float64], level: float, one: tuple[int, int], other: tuple[int, int]) -> Point:
    """Where a level lies between two neighbours; the same to the last digit from either side."""
    (low_row, low_column), (row, column) = sorted((one, other))
    low, high = float(values[low_row, low_column]), float(values[row, column])
    share = (level - low) / (high - low) if high != low else 0.5
    return low_column + share * (column - low_column), low_row + share * (row - low_row)


def _smoothed(line: Sequence[Point]) -> Sequence[Point]:
    points = np.array(line)  # [N, 2]
    for _ in range(_ROUNDS):
        after = np.roll(points, -1, 0)
        points = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], 1).reshape(-1, 2)
    smoothed: list[Point] = [(x, y) for x, y in points.tolist()]
    return smoothed
