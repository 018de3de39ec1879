"""The two or three parts of a photo that mattered most for its verdict, read off its evidence map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.verdict import Evidence, Outcome

MAX_CROPS: Final = 3
SIDE_SHARE: Final = 1 / 4  # of the map's side, rounded up to whole places: 3 of 10, 4 of 14
MIN_SHARE: Final = 0.2  # of the strongest crop's part: what matters less is not shown
_CENTRE_LEVEL: Final = 0.75  # of the foreground's peak: at half of it, one centre in 25 lies beside the product
_TOUCHING: Final = 0.01  # of a place must show the photo and not the letterbox's grey

Box = tuple[float, float, float, float]

_DIRECTIONS: Final[dict[Outcome, tuple[int, ...]]] = {  # -1 towards counterfeit, 1 towards genuine, 0 whichever
    "counterfeit": (-1, -1, -1),
    "genuine": (1, 1, 1),
    "review": (-1, 1, 0),
    "insufficient": (),
    "unsupported": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCrop:
    """A part of a photo: its x0 y0 x1 y1, 0 to 1, and its places' part of the logit (negative: counterfeit)."""

    box: Box
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """Whole places of the map; `value` is their sum."""

    top: int
    left: int
    height: int
    width: int
    value: float

    def overlaps(self, other: _Window) -> bool:
        down = self.top < other.top + other.height and other.top < self.top + self.height
        across = self.left < other.left + other.width and other.left < self.left + self.width
        return down and across


def evidence_crops(
    evidence: Evidence, outcome: Outcome | None, *, max_crops: int = MAX_CROPS
) -> tuple[EvidenceCrop, ...]:
    """The crops that contributed most to the photo's outcome, strongest first; for `review` those of both sides.

    Crops don't overlap, lie inside the photo, and are a quarter of the map's side. Their centres lie on the product,
    where the bundle finds it. None where the photo has no verdict, or where nothing in it supports the one that it has
    (the rest of its logit is the bias).
    """
    chosen: list[_Window] = []
    windows = _windows(evidence)
    for direction in _DIRECTIONS[outcome][:max_crops] if outcome else ():
        free = [w for w in windows if _strength(w, direction) > 0 and not any(w.overlaps(c) for c in chosen)]
        if free:
            chosen.append(max(free, key=lambda window: _strength(window, direction)))
    chosen.sort(key=lambda window: -abs(window.value))
    kept = [window for window in chosen if abs(window.value) >= MIN_SHARE * abs(chosen[0].value)]
    return tuple(EvidenceCrop(box=_box(window, evidence), contribution=window.value) for window in kept)


def places_in_photo(evidence: Evidence) -> tuple[slice, slice]:
    """The rows and columns of the map that show some of the photo; the others lie in the letterbox's grey."""
    x0, y0, x1, y1 = evidence.box
    height, width = evidence.values.shape
    return _touching(height, y0, y1), _touching(width, x0, x1)


def _strength(window: _Window, direction: int) -> float:
    return direction * window.value if direction else abs(window.value)


def _windows(evidence: Evidence) -> Sequence[_Window]:
    """Every square of places that shows the photo, at each place where it fits."""
    rows, columns = places_in_photo(evidence)
    values = np.nan_to_num(evidence.values[rows, columns].astype(np.float64))
    height = min(values.shape[0], math.ceil(SIDE_SHARE * evidence.values.shape[0]))
    width = min(values.shape[1], math.ceil(SIDE_SHARE * evidence.values.shape[1]))
    sums: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(values, (height, width)).sum(axis=(2, 3))
    is_on_product = _centred_on_product(evidence, rows, columns, (height, width))
    return [
        _Window(top=rows.start + y, left=columns.start + x, height=height, width=width, value=float(value))
        for (y, x), value in np.ndenumerate(sums)
        if is_on_product[y, x]
    ]


def _centred_on_product(evidence: Evidence, rows: slice, columns: slice, sides: tuple[int, int]) -> NDArray[np.bool_]:
    """For each window of the places in the photo, whether its centre lies well inside the product's outline.

    The centre of a window with an even side lies between two places.
    """
    if evidence.foreground is None:
        return np.ones((rows.stop - rows.start - sides[0] + 1, columns.stop - columns.start - sides[1] + 1), np.bool_)
    foreground = evidence.foreground[rows, columns].astype(np.float64)
    for axis, side in enumerate(sides):
        before, after = (side - 1) // 2, side // 2  # the places around a window's centre
        count = foreground.shape[axis] - side + 1
        foreground = (_take(foreground, before, count, axis) + _take(foreground, after, count, axis)) / 2
    is_inside: NDArray[np.bool_] = foreground >= _CENTRE_LEVEL * float(evidence.foreground.max())
    return is_inside


def _take(values: NDArray[np.float64], start: int, count: int, axis: int) -> NDArray[np.float64]:
    return values.take(range(start, start + count), axis)


def _touching(places: int, low: float, high: float) -> slice:
    """The places, of those that span low..high, in which at least a hundredth lies within 0..1."""
    per_share = places / (high - low)
    first, last = -low * per_share, (1 - low) * per_share  # where the photo begins and ends, in places
    return slice(max(0, math.floor(first + _TOUCHING)), min(places, math.ceil(last - _TOUCHING)))


def _box(window: _Window, evidence: Evidence) -> Box:
    x0, y0, x1, y1 = evidence.box
    height, width = evidence.values.shape
    across, down = (x1 - x0) / width, (y1 - y0) / height
    return (
        max(0.0, x0 + window.left * across),
        max(0.0, y0 + window.top * down),
        min(1.0, x0 + (window.left + window.width) * across),
        min(1.0, y0 + (window.top + window.height) * down),
    )
