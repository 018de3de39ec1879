"""Where sellers and listings stand in the picture of a cluster: the same graph gives the same picture everywhere.

Forces after Fruchterman and Reingold (1991), from places that come of each seller's key, so that a cluster that grew
looks as before with something added. Listings stand around their seller.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

STEPS = 60
WORK = 4_000_000  # pairs of sellers in all steps together, some 100 ms
FIRST_MOVE = 0.1  # of the picture's side
LISTINGS_RADIUS = 0.35  # of the distance of two sellers
MARGIN = 0.12  # of the picture's side, for the listings of the outermost sellers
MIN_APART = 0.65  # of the distance that sellers would have on a grid


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A place for each seller and each listing, x to the right and y down, both from 0 to 1."""

    sellers: Mapping[str, tuple[float, float]]
    listings: Mapping[str, tuple[float, float]]


def lay_out(
    sellers: Sequence[str], links: Sequence[tuple[str, str, float]], listings: Mapping[str, Sequence[str]]
) -> Places:
    """Place sellers by their links (two sellers and a strength above 0), and the listings of each around it.

    Sellers are keys of hexadecimal digits.
    """
    names = sorted(sellers)
    at = {name: place for place, name in enumerate(names)}
    points = np.array([_start(name) for name in names], np.float64).reshape(len(names), 2)
    pulls = np.zeros((len(names), len(names)))
    for left, right, strength in links:
        pulls[at[left], at[right]] = pulls[at[right], at[left]] = min(strength, 30.0) / 10.0
    points = _spaced(_fitted(_relaxed(points, pulls)))
    placed = {name: (round(float(x), 4), round(float(y), 4)) for name, (x, y) in zip(names, points, strict=True)}
    reach = LISTINGS_RADIUS / math.sqrt(max(len(names), 2))
    around = {
        listing: _around(placed[seller], number, len(own), reach)
        for seller, own in listings.items()
        for number, listing in enumerate(sorted(own))
    }
    return Places(sellers=placed, listings=around)


def _start(name: str) -> tuple[float, float]:
    return int(name[:8], 16) / 0xFFFF_FFFF, int(name[8:16], 16) / 0xFFFF_FFFF


def _relaxed(points: NDArray[np.float64], pulls: NDArray[np.float64]) -> NDArray[np.float64]:
    count = len(points)
    if count < 3:
        return points
    length = 1 / math.sqrt(count)
    steps = max(8, min(STEPS, WORK // count**2))
    for step in range(steps):
        apart = points[:, None] - points[None]  # [N, N, 2]
        distance = np.maximum(np.sqrt((apart**2).sum(axis=-1)), 1e-4)
        force = length**2 / distance**2 - pulls * distance / length
        moves = (apart * force[..., None]).sum(axis=1)
        size = np.maximum(np.sqrt((moves**2).sum(axis=-1, keepdims=True)), 1e-9)
        points = points + moves / size * np.minimum(size, FIRST_MOVE * (1 - step / steps))
    return points


def _fitted(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Stretch the places to fill the picture, with a margin for the listings."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high - low < 1e-9, 1.0, high - low)
    scaled = np.where(high - low < 1e-9, 0.5, (points - low) / span)
    fitted: NDArray[np.float64] = MARGIN + (1 - 2 * MARGIN) * scaled
    return fitted


def _spaced(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Push apart sellers that stand too near to be distinguished: many links draw a large cluster into a clump."""
    count = len(points)
    if count < 2:
        return points
    wanted = MIN_APART * (1 - 2 * MARGIN) / math.sqrt(count)
    for _ in range(max(8, min(STEPS, WORK // count**2))):
        apart = points[:, None] - points[None]  # [N, N, 2]
        distance = np.sqrt((apart**2).sum(axis=-1))
        missing = np.maximum(wanted - distance, 0.0) / np.maximum(distance, 1e-9)
        np.fill_diagonal(missing, 0.0)
        if missing.max() < 0.01:
            break
        points = np.clip(points + (apart * missing[..., None]).sum(axis=1) / 2, MARGIN, 1 - MARGIN)
    return points


def _around(centre: tuple[float, float], number: int, count: int, reach: float) -> tuple[float, float]:
    angle = 2 * math.pi * number / max(count, 1) + 0.4
    x, y = centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle)
    return round(min(max(x, 0.0), 1.0), 4), round(min(max(y, 0.0), 1.0), 4)
