"""The random part of a plan: strata by verdict and suspicion, and an equal chance for all listings of a stratum.

Within a stratum the draw is a simple random sample without replacement, so the probability of a listing is the
stratum's draws divided by its size (Cochran 1977, "Sampling Techniques", ch. 5). Strata are cut where equal parts of
the sum of sqrt(p (1 - p)) lie, which with equal draws in each is near Neyman's allocation (Dalenius & Hodges 1959).
"""

from __future__ import annotations

import bisect
import dataclasses
import hashlib
import itertools
import math
from collections.abc import Iterable, Sequence

from serving.test_buys.frame import GROUPS, FrameListing, Group

MIN_DRAWS = 2  # of a stratum: one draw gives no variance
DRAWS_A_BAND = 6  # a band of suspicion that gets fewer is not worth its own stratum
# How many of the random draws a group gets, and its most bands. The passed are many and hide the missed counterfeits.
SHARES: dict[Group, float] = {"flagged": 0.30, "open": 0.25, "passed": 0.45}
MAX_BANDS: dict[Group, int] = {"flagged": 2, "open": 2, "passed": 4}
_RISK_FLOOR = 0.002  # a listing without any suspicion still counts for the cuts


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Listings of one group that have the same chance to be drawn; `draws` of its `size` are bought.

    `suspicion` is the mean logit of its listings. `chosen`: all of them were chosen for their value, each with
    probability 1.
    """

    group: Group
    size: int
    draws: int
    suspicion: float
    chosen: bool = False

    @property
    def probability(self) -> float:
        """The chance of each of its listings to be bought."""
        return self.draws / self.size


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The listings of a stratum before the draw."""

    stratum: Stratum
    listings: tuple[FrameListing, ...]


def allocate(sizes: dict[Group, int], draws: int) -> dict[Group, int]:
    """Divide draws among the groups by SHARES, with at least MIN_DRAWS or the whole group; unused draws go on.

    Where the draws do not reach for that, the least are given anyway: each listing keeps a chance.
    """
    given: dict[Group, int] = {group: min(size, MIN_DRAWS) for group, size in sizes.items()}
    left = max(0, draws - sum(given.values()))
    wanted = {group: max(0.0, draws * SHARES[group] - given[group]) for group in sizes}
    while left > 0 and (open_groups := [group for group in GROUPS if given.get(group, 0) < sizes.get(group, 0)]):
        group = max(open_groups, key=lambda one: (wanted[one], SHARES[one]))
        given[group] += 1
        wanted[group] -= 1
        left -= 1
    return given


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OrderedGroup:
    """A group's listings, the least suspicious first, with the running sums by which it is cut again and again."""

    group: Group
    listings: tuple[FrameListing, ...]
    suspicions: tuple[float, ...]
    spreads: tuple[float, ...]

    def cut(self, draws: int) -> list[Band]:
        """Cut the group into bands, and give each its draws: 1 at least, and together `draws`."""
        bands = max(1, min(MAX_BANDS[self.group], draws // DRAWS_A_BAND))
        last = self.spreads[-1]
        ends = [bisect.bisect_left(self.spreads, last * band / bands) for band in range(1, bands)]
        cuts = [(start, end) for start, end in itertools.pairwise([0, *ends, len(self.listings)]) if start < end]
        given = _draws_of([end - start for start, end in cuts], draws)
        return [self._band(start, end, of_band) for (start, end), of_band in zip(cuts, given, strict=True)]

    def _band(self, start: int, end: int, draws: int) -> Band:
        total = self.suspicions[end - 1] - (self.suspicions[start - 1] if start else 0.0)
        stratum = Stratum(group=self.group, size=end - start, draws=draws, suspicion=total / (end - start))
        return Band(stratum=stratum, listings=self.listings[start:end])


def order_group(group: Group, listings: Iterable[FrameListing]) -> OrderedGroup:
    """Sort a group's listings by suspicion; the check id decides between equal ones, so that all sort alike."""
    ordered = sorted((listing.suspicion, listing.check_id, listing) for listing in listings)
    return OrderedGroup(
        group=group,
        listings=tuple(listing for _, _, listing in ordered),
        suspicions=tuple(itertools.accumulate(suspicion for suspicion, _, _ in ordered)),
        spreads=tuple(itertools.accumulate(_spread(suspicion) for suspicion, _, _ in ordered)),
    )


def draw(band: Band, seed: str) -> list[FrameListing]:
    """Draw a band's listings: those with the smallest SHA-256 of the seed and their check id.

    So a draw is repeated by anybody who has the seed, with any program.
    """
    return sorted(band.listings, key=lambda one: _random_number(seed, one.check_id))[: band.stratum.draws]


def _spread(suspicion: float) -> float:
    risk = min(max(1 / (1 + math.exp(-suspicion)), _RISK_FLOOR), 1 - _RISK_FLOOR)
    return math.sqrt(risk * (1 - risk))


def _draws_of(sizes: Sequence[int], draws: int) -> list[int]:
    """Give equal draws to each part, no more than it has; what is left goes to the most suspicious first."""
    given = [min(size, max(1, draws // len(sizes))) for size in sizes]
    left = draws - sum(given)
    while left > 0 and any(one < size for one, size in zip(given, sizes, strict=True)):
        for place in reversed(range(len(sizes))):
            if left > 0 and given[place] < sizes[place]:
                given[place] += 1
                left -= 1
    return given


def _random_number(seed: str, check_id: str) -> bytes:
    return hashlib.sha256(f"{seed}/{check_id}".encode()).digest()
