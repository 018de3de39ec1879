"""The rules of links and clusters, as the store asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from serving.sellers.clustering import Holding, PairLink, Removed, cluster, link_pairs, pair_bits
from serving.sellers.kinds import JOIN_BITS, WEIGHTS, TraceKind
from serving.store.sellers.cluster_rows import Deciders, Held, RemovedPair


def links_of(held: Iterable[Held], removed: Iterable[RemovedPair]) -> list[PairLink]:
    """Give the links between sellers by what they have."""
    holdings = [
        Holding(party=one.party, value_id=one.value_id, kind=cast(TraceKind, one.kind), holders=one.holders)
        for one in held
    ]
    gone = [Removed(left=one.left, right=one.right, kind=cast(TraceKind, one.kind)) for one in removed]
    return link_pairs(holdings, gone)


def _joined(held: Sequence[Held], removed: Sequence[RemovedPair]) -> Collection[tuple[str, str]]:
    return [pair for pair, bits in pair_bits(links_of(held, removed)).items() if bits >= JOIN_BITS]


def _groups(
    held: Sequence[Held], removed: Sequence[RemovedPair]
) -> tuple[Sequence[frozenset[str]], Mapping[str, list[str]]]:
    """Give the groups, and by the first seller of each the kinds of links in it."""
    links = links_of(held, removed)
    groups = cluster(links)
    place = {party: min(group) for group in groups for party in group}
    kinds: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.left in place and place[link.left] == place.get(link.right):
            kinds[place[link.left]].add(link.kind)
    return groups, {first: sorted(found) for first, found in kinds.items()}


DECIDERS = Deciders(joined=_joined, groups=_groups)
COMMON_FROM: dict[str, int] = {kind: weight.common_from for kind, weight in WEIGHTS.items()}
