"""How many of the planted rings' pairs a clustering finds, and how many of the pairs that it makes are right."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from serving.sellers.clustering import Holding
from serving.sellers.kinds import WEIGHTS, TraceKind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Pairs of listings of different sellers: of one ring, put into one cluster, and both.

    A ring is found where half of its sellers or more are in one cluster.
    """

    of_rings: int
    in_clusters: int
    right: int
    rings: int
    rings_found: int

    @property
    def recall(self) -> float:
        """Share of the rings' pairs that are in one cluster."""
        return self.right / self.of_rings if self.of_rings else 0.0

    @property
    def links_right(self) -> float:
        """Share of the clusters' pairs that are of one ring."""
        return self.right / self.in_clusters if self.in_clusters else 1.0


def read_holdings(folder: Path) -> list[Holding]:
    """Give what the sellers of an indexed store have, but for common values."""
    with sqlite3.connect(f"file:{folder / 'checks.sqlite'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT DISTINCT traces.party, traces.value_id, kind FROM traces "
            "JOIN trace_values ON trace_values.value_id = traces.value_id"
        ).fetchall()
    holders = Counter(value_id for _, value_id, _ in rows)
    return [
        Holding(party=party, value_id=value_id, kind=cast(TraceKind, kind), holders=holders[value_id])
        for party, value_id, kind in rows
        if 2 <= holders[value_id] < WEIGHTS[cast(TraceKind, kind)].common_from
    ]


def measure(
    groups: Iterable[frozenset[str]], ring_of: Mapping[str, int | None], listings: Mapping[str, int]
) -> Figures:
    """Compare clusters of sellers with the rings; `listings` is how many each seller has."""
    rings: dict[int, list[str]] = defaultdict(list)
    for seller, ring in ring_of.items():
        if ring is not None:
            rings[ring].append(seller)
    in_clusters = right = 0
    found: dict[int, int] = defaultdict(int)
    for group in groups:
        in_clusters += _pairs([listings[seller] for seller in group])
        by_ring: dict[int, list[str]] = defaultdict(list)
        for seller in group:
            ring = ring_of[seller]
            if ring is not None:
                by_ring[ring].append(seller)
        for ring, sellers in by_ring.items():
            right += _pairs([listings[seller] for seller in sellers])
            found[ring] = max(found[ring], len(sellers))
    return Figures(
        of_rings=sum(_pairs([listings[seller] for seller in sellers]) for sellers in rings.values()),
        in_clusters=in_clusters,
        right=right,
        rings=len(rings),
        rings_found=sum(2 * found[ring] >= len(sellers) and found[ring] > 1 for ring, sellers in rings.items()),
    )


def _pairs(counts: Sequence[int]) -> int:
    """Pairs of listings of different sellers."""
    return (sum(counts) ** 2 - sum(count**2 for count in counts)) // 2
