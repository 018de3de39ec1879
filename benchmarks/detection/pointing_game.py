"""Whether evidence points at the cue: the pointing game on photos whose cues are marked in a mask.

A hit (Zhang et al. 2016, arXiv 1608.00507): the place of the map with the strongest evidence for counterfeit is in the
cue's mask, widened by one place all around, whatever the verdict. A large mask is hit by chance, so each figure has the
hit rate of a random place beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.data.photo_row import Box
from training.statistics.bootstrap import bootstrap_mean, bootstrap_mean_difference
from training.statistics.estimate import Estimate
from vision.explain.crops import places_in_photo
from vision.verdict import Evidence

CUE_SIZES: Final = ((0.0, 0.25), (0.25, 0.5), (0.5, 1.01))  # of the widened mask, as a share of the photo's places


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """One photo's game. `chance` is what a random place of the photo would hit, `inside` the share of all evidence for
    counterfeit that lies in the widened mask (NaN without any), and `chance_on_product` what a random place of the
    product's box would hit (NaN without a box).
    """

    listing: str
    hit: bool
    chance: float
    inside: float
    chance_on_product: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PointingFigures:
    """The game over `photos`, with intervals over listings; `gain` is `hit` minus `chance`, paired, etc."""

    photos: int
    hit: Estimate
    chance: Estimate
    gain: Estimate
    chance_on_product: Estimate
    gain_on_product: Estimate
    inside: Estimate
    inside_gain: Estimate


def point(
    evidence: Evidence, cue: NDArray[np.bool_], *, listing: str, box: Box | None, edge: bool = True
) -> Pointing | None:
    """The game on one photo; `cue` bool [h, w] marks the cue in the photo's frame. None where no pixel is marked.

    Without `edge` the outermost places of the map are ignored: there convolutions see padding, and a network of
    random weights is strongest.
    """
    places = _places_of(cue, evidence)
    if not places.any():
        return None
    wide = widen(places)
    shown = np.zeros_like(wide)
    shown[places_in_photo(evidence)] = True
    counted = np.ones_like(wide)
    if not edge:
        counted[[0, -1]] = counted[:, [0, -1]] = False
    values = np.where(counted, np.nan_to_num(evidence.values.astype(np.float64)), np.inf)
    towards = np.minimum(values, 0)
    return Pointing(
        listing=listing,
        hit=bool(wide.flat[int(values.argmin())]),
        chance=float(wide[shown & counted].mean()),
        inside=float(towards[wide].sum() / towards.sum()) if towards.any() else float("nan"),
        chance_on_product=_share_of_box(wide, evidence, box),
    )


def smallest_cue(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The cue of the fewest pixels, of those that the mask [h, w] numbers from 1; all False without any."""
    counts = np.bincount(mask.ravel(), minlength=2)
    visible = [k for k in range(1, len(counts)) if counts[k]]
    return mask == min(visible, key=lambda k: counts[k]) if visible else np.zeros(mask.shape, np.bool_)


def widen(places: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The marked places and their eight neighbours, bool [H, W]."""
    height, width = places.shape
    around = np.pad(places, 1)
    shifted = [around[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.asarray(np.any(shifted, axis=0))


def measure_pointing(games: Sequence[Pointing]) -> PointingFigures:
    """The figures of these games."""
    listings = [game.listing for game in games]
    hit, chance = [float(game.hit) for game in games], [game.chance for game in games]
    boxed = [game for game in games if not np.isnan(game.chance_on_product)]
    with_evidence = [game for game in games if not np.isnan(game.inside)]
    return PointingFigures(
        photos=len(games),
        hit=bootstrap_mean(hit, listings),
        chance=bootstrap_mean(chance, listings),
        gain=bootstrap_mean_difference(hit, chance, listings),
        chance_on_product=bootstrap_mean([game.chance_on_product for game in boxed], [game.listing for game in boxed]),
        gain_on_product=_difference(boxed, lambda game: float(game.hit), lambda game: game.chance_on_product),
        inside=bootstrap_mean([game.inside for game in with_evidence], [game.listing for game in with_evidence]),
        inside_gain=_difference(with_evidence, lambda game: game.inside, lambda game: game.chance),
    )


def by_cue_size(games: Sequence[Pointing]) -> tuple[tuple[float, float, tuple[Pointing, ...]], ...]:
    """The games by the widened mask's share of the photo: from, up to, and those in between."""
    return tuple((low, high, tuple(game for game in games if low <= game.chance < high)) for low, high in CUE_SIZES)


def _difference(
    games: Sequence[Pointing], first: Callable[[Pointing], float], second: Callable[[Pointing], float]
) -> Estimate:
    listings = [game.listing for game in games]
    return bootstrap_mean_difference([first(game) for game in games], [second(game) for game in games], listings)


def _places_of(cue: NDArray[np.bool_], evidence: Evidence) -> NDArray[np.bool_]:
    """The places of the map in which the cue has a pixel, bool [H, W]."""
    x0, y0, x1, y1 = evidence.box
    height, width = evidence.values.shape
    rows, columns = np.nonzero(cue)
    down = _place((rows + 0.5) / cue.shape[0], y0, y1, height)
    across = _place((columns + 0.5) / cue.shape[1], x0, x1, width)
    places = np.zeros((height, width), np.bool_)
    places[down, across] = True
    return places


def _place(share: NDArray[np.float64], low: float, high: float, count: int) -> NDArray[np.int64]:
    return np.clip(np.floor((share - low) / (high - low) * count), 0, count - 1).astype(np.int64)


def _share_of_box(wide: NDArray[np.bool_], evidence: Evidence, box: Box | None) -> float:
    if box is None:
        return float("nan")
    x0, y0, x1, y1 = evidence.box
    height, width = wide.shape
    left, right = _place(np.array([box[0], box[2] - 1e-6]), x0, x1, width)
    top, bottom = _place(np.array([box[1], box[3] - 1e-6]), y0, y1, height)
    return float(wide[top : bottom + 1, left : right + 1].mean())
