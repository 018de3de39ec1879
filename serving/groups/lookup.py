"""One question on its way through a bank: what to read of it, what is near, and what the answer says. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from serving.groups.answers import Giver, Matched, make_matches, may_count_unnamed
from serving.groups.matching import Compared, Probe, near_items
from serving.schemas.enforcement.groups import Coverage, GroupAnswer, GroupMatch, KindAnswered, SharedKind
from serving.store.groups.bank import Bank, GiverFound, InForce, ItemWanted, StoredItem

OF_SELLERS: Final[tuple[SharedKind, ...]] = ("seller_id", "seller_contact")
ALL_KINDS: Final[tuple[SharedKind, ...]] = ("embedding", "photo_hash", "seller_contact", "seller_id")


@dataclasses.dataclass(slots=True, kw_only=True)
class Lookup:
    """One question on its way: what is asked, and what was near it in the snapshot that was searched."""

    probes: Sequence[Probe]
    kinds: Sequence[SharedKind]
    matches: list[GroupMatch] = dataclasses.field(default_factory=list)
    kinds_answered: list[KindAnswered] = dataclasses.field(default_factory=list)
    questions_left: int = 0
    distances: dict[str, float] = dataclasses.field(default_factory=dict)
    counted_unnamed: dict[SharedKind, bool] = dataclasses.field(default_factory=dict)

    def wanted(self) -> list[ItemWanted]:
        """Give which items can be near: every hash, embeddings of the same bundle, and sellers of the same digest."""
        kinds = {probe.kind for probe in self.probes}
        bundle = next((probe.bundle_sha256 for probe in self.probes if probe.kind == "embedding"), None)
        wanted = [ItemWanted(kind=kind) for kind in sorted(kinds) if kind == "photo_hash"]
        if "embedding" in kinds:
            wanted.append(ItemWanted(kind="embedding", bundle_sha256=bundle))
        for kind in sorted(kinds & set(OF_SELLERS)):
            digests = [probe.digest or "" for probe in self.probes if probe.kind == kind]
            wanted.append(ItemWanted(kind=kind, digests=digests))
        return wanted

    def near(self, bank: Bank) -> list[str]:
        """Give the ids of what is near, of the givers that may be counted."""
        self.counted_unnamed = self._may_count(bank.givers)
        named = {giver.member_id for giver in bank.givers if giver.contact is not None}
        self.distances = {}
        for kind in sorted({probe.kind for probe in self.probes}):
            items = [
                item
                for item in bank.items
                if item.kind == kind and (self.counted_unnamed[kind] or item.member_id in named)
            ]
            if kind in OF_SELLERS:
                self.distances |= {item.item_id: 0.0 for item in items}
            else:
                probes = [probe for probe in self.probes if probe.kind == kind]
                compared = [Compared(item_id=item.item_id, value=item.value) for item in items]
                self.distances |= near_items(probes, compared, kind)
        return sorted(self.distances)

    def answer(self, found: InForce) -> Collection[str]:
        """Make the answer of what is still in force; gives the ids of the items that it counts."""
        counts = {
            kind: may and self.counted_unnamed.get(kind, False) for kind, may in self._may_count(found.givers).items()
        }
        givers = {
            giver.member_id: Giver(member_id=giver.member_id, name=giver.name, contact=giver.contact)
            for giver in found.givers
        }
        counted = [item for item in found.items if givers[item.member_id].contact is not None or counts[item.kind]]
        self.matches = make_matches(
            found.group_id, found.group_name, [self._matched(one, givers) for one in counted], counts
        )
        self.kinds_answered = [self._kind_answered(kind, counts, found.givers) for kind in ALL_KINDS]
        self.questions_left = found.questions_left
        return [item.item_id for item in counted]

    def answered(self, at: str) -> GroupAnswer:
        """Give the answer that was made last: a transaction may run anew."""
        return GroupAnswer(
            known=bool(self.matches),
            matches=self.matches,
            kinds=self.kinds_answered,
            answered_at=at,
            questions_left=self.questions_left,
        )

    def _matched(self, item: StoredItem, givers: Mapping[str, Giver]) -> Matched:
        return Matched(kind=item.kind, giver=givers[item.member_id], distance=self.distances[item.item_id])

    def _may_count(self, givers: Iterable[GiverFound]) -> dict[SharedKind, bool]:
        """Whether matches of unnamed givers may count, for each kind that is asked about."""
        found: dict[SharedKind, bool] = {}
        for probe in self.probes:
            of_kind = [
                Giver(member_id=giver.member_id, name=giver.name, contact=giver.contact)
                for giver in givers
                if giver.kind == probe.kind and giver.bundle_sha256 == probe.bundle_sha256
            ]
            found[probe.kind] = may_count_unnamed(of_kind)
        return found

    def _kind_answered(
        self,
        kind: SharedKind,
        counts: Mapping[SharedKind, bool],
        givers: Iterable[GiverFound],
    ) -> KindAnswered:
        coverage: Coverage = "not_asked"
        if kind in self.kinds:
            coverage = "nothing_to_compare" if kind not in counts else "all" if counts[kind] else "named_only"
        bundle = next((probe.bundle_sha256 for probe in self.probes if probe.kind == "embedding"), None)
        others = bundle is not None and any(
            giver.kind == "embedding" and giver.bundle_sha256 != bundle for giver in givers
        )
        return KindAnswered(kind=kind, coverage=coverage, other_bundles=kind == "embedding" and others)
