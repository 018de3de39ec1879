"""Which sellers are taken for one: pairs by what they share, and clusters of pairs, cut where one thing alone joins."""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from serving.sellers.cuts import connected_parts, find_cuts
from serving.sellers.kinds import JOIN_BITS, WEIGHTS, Shared, TraceKind, bits_of

# A group of so many sellers is joined to another only by more than one value of one of its sellers: a photo that was
# stolen from an honest seller must not make one cluster of the thieves and of whom that seller is rightly linked to.
GROUP_FROM: Final = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A seller that has a value, and how many sellers have it in all; `party` stands for a seller."""

    party: str
    value_id: int
    kind: TraceKind
    holders: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PairLink:
    """What two sellers share of one kind; `left` sorts before `right`."""

    left: str
    right: str
    kind: TraceKind
    value_ids: tuple[int, ...]
    holders: int
    bits: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A link that a person took away: it counts for nothing from then on."""

    left: str
    right: str
    kind: TraceKind


Pair = tuple[str, str]


def link_pairs(holdings: Iterable[Holding], removed: Collection[Removed] = ()) -> list[PairLink]:
    """Give the links between sellers, by pair and kind, without those of values that are common or were removed."""
    by_value: dict[int, list[Holding]] = defaultdict(list)
    for holding in holdings:
        if 2 <= holding.holders < WEIGHTS[holding.kind].common_from:
            by_value[holding.value_id].append(holding)
    gone = {(one.left, one.right, one.kind) for one in removed}
    shared: dict[tuple[str, str, TraceKind], list[Holding]] = defaultdict(list)
    for held in by_value.values():
        parties = sorted({one.party for one in held})
        for left, right in itertools.combinations(parties, 2):
            if (key := (left, right, held[0].kind)) not in gone:
                shared[key].append(held[0])
    return [
        PairLink(
            left=left,
            right=right,
            kind=kind,
            value_ids=tuple(sorted(one.value_id for one in values)),
            holders=(holders := min(one.holders for one in values)),
            bits=bits_of(kind, Shared(values=len(values), holders=holders)),
        )
        for (left, right, kind), values in sorted(shared.items())
    ]


def pair_bits(links: Iterable[PairLink]) -> dict[Pair, float]:
    """Give the strength of all links of each pair together, in bits."""
    found: dict[Pair, float] = defaultdict(float)
    for link in links:
        found[link.left, link.right] += link.bits
    return dict(found)


def cluster(links: Iterable[PairLink]) -> list[frozenset[str]]:
    """Give the groups of two sellers or more, largest first; who is in none is in no group.

    Pairs whose links have `JOIN_BITS` together are joined. Where two groups of `GROUP_FROM` sellers hang together by
    one value alone, which a single seller of one of them has, they are cut there, so that no chain grows.
    """
    listed = list(links)
    strengths = pair_bits(listed)
    graph: dict[str, set[str]] = defaultdict(set)
    for link in listed:
        if strengths[link.left, link.right] < JOIN_BITS:
            continue
        values = link.value_ids if link.bits >= JOIN_BITS / 2 else ()
        # What is too weak to hold two sellers by itself holds them together with the rest, as one value of the pair.
        for name in [f"value {one}" for one in values] or [f"pair {link.left} {link.right}"]:
            for party in (link.left, link.right):
                graph[name].add(party)
                graph[party].add(name)
    while cuts := find_cuts(graph, GROUP_FROM):
        for value, party in cuts:
            graph[value].discard(party)
            graph[party].discard(value)
    groups = [frozenset(node for node in part if " " not in node) for part in connected_parts(graph)]
    return sorted((group for group in groups if len(group) > 1), key=lambda group: (-len(group), min(group)))
