"""Hides small counts in tables that are published, so that none can be computed from the counts that are shown.

Primary: a count of 1 to `threshold` - 1 is hidden; so is a count to which few members contribute, which the caller
names. Complementary: further counts are hidden until, for each of these, at least `threshold` values agree with all
that is shown. A reader knows the sums that hold, and that a hidden count is at least 1, since zeros are shown.
Method: interval bounds over linear sums, as in Willenborg and de Waal, Elements of Statistical Disclosure Control
(2001), chapter 6; exact where the sums form a tree, as ours do: they meet in their totals alone.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

THRESHOLD: Final = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A count that is the sum of others, all by the names of their cells."""

    total: str
    parts: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The parts, then the total."""
        return (*self.parts, self.total)


def hidden_cells(
    counts: Mapping[str, int],
    sums: Sequence[Sum],
    *,
    also: Collection[str] = (),
    first: Collection[str] = (),
    unshown: Collection[str] = (),
    threshold: int = THRESHOLD,
) -> frozenset[str]:
    """Give the names of the counts to hide.

    `also` has further ones to protect; of these a zero is shown. `first` are hidden before others to protect a count.
    `unshown` are printed nowhere: they are protected, but a reader doesn't start from them.
    """
    protected = sorted(name for name, count in counts.items() if 0 < count < threshold or (count and name in also))
    hidden = {*protected, *(name for name in unshown if counts[name])}
    while (exposed := _first_exposed(counts, sums, hidden, protected, threshold)) is not None:
        hidden.add(_next_to_hide(counts, sums, hidden, exposed, first))
    return frozenset(hidden)


def ranges(counts: Mapping[str, int], sums: Iterable[Sum], hidden: Collection[str]) -> dict[str, tuple[float, float]]:
    """Give the smallest and the largest value of each count that agrees with what is shown."""
    sums = tuple(sums)
    found = {name: (1.0, math.inf) if name in hidden else (count, count) for name, count in counts.items()}
    changed = True
    while changed:
        changed = False
        for one in sums:
            for name, narrowed in _narrowed(one, found).items():
                if narrowed != found[name]:
                    found[name], changed = narrowed, True
    return found


def _narrowed(one: Sum, found: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Give the ranges of a sum's cells, as far as the others of the sum bound them."""
    low, high = found[one.total]
    lows, highs = [found[name][0] for name in one.parts], [found[name][1] for name in one.parts]
    narrowed = {one.total: (max(low, sum(lows)), min(high, sum(highs)))}
    for index, name in enumerate(one.parts):
        other_low = sum(lows) - lows[index]
        other_high = sum(highs[:index]) + sum(highs[index + 1 :])
        narrowed[name] = (max(lows[index], low - other_high), min(highs[index], high - other_low))
    return narrowed


def _first_exposed(
    counts: Mapping[str, int], sums: Sequence[Sum], hidden: set[str], protected: Sequence[str], threshold: int
) -> str | None:
    found = ranges(counts, sums, hidden)
    return next((name for name in protected if found[name][1] - found[name][0] + 1 < threshold), None)


def _next_to_hide(
    counts: Mapping[str, int], sums: Sequence[Sum], hidden: set[str], exposed: str, first: Collection[str]
) -> str:
    """Give the smallest count that may hide an exposed one: of its own sums, parts first, else of a linked sum."""
    reached, links = {exposed}, list(sums)
    while True:
        near = [one for one in links if reached.intersection(one.cells)]
        shown = [
            (name not in first, name == one.total, counts[name], name)
            for one in near
            for name in one.cells
            if counts[name] and name not in hidden
        ]
        if shown:
            return min(shown)[3]
        reached.update(name for one in near for name in one.cells)
        links = [one for one in links if one not in near]
