"""The rows of clusters: computed anew around the sellers that changed, and never as a whole.

The operator's clusters are over all products. A member's are over its own products alone, computed as if there were no
others, so that they tell nothing of other members' listings; only how common a value is counts over all.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, func, insert, select, true
from sqlalchemy.orm import Session

from serving.store.database.database import Database
from serving.store.sortable_id import new_id
from serving.store.tables import (
    ChangedPartyRow,
    CheckRow,
    ClusterPartyRow,
    ClusterRow,
    MemberProductRow,
    RemovedLinkRow,
    TracedCheckRow,
    TraceRow,
    TraceValueRow,
)

CHANGED_AT_ONCE = 100
LOADED_AT_ONCE = 500
MAX_PARTIES = 5000  # of one cluster with all that it may be joined to
T = TypeVar("T", str, int)
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A value that a seller has, and how many sellers have it over all products."""

    party: str
    value_id: int
    kind: str
    holders: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPair:
    """A link that was removed between two sellers."""

    left: str
    right: str
    kind: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deciders:
    """What decides, without the store: who may be joined to whom, and which groups that makes."""

    joined: Callable[[Sequence[Held], Sequence[RemovedPair]], Collection[tuple[str, str]]]
    groups: Callable[[Sequence[Held], Sequence[RemovedPair]], tuple[Sequence[frozenset[str]], Mapping[str, list[str]]]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """Whose clusters: the operator's (None), or a member's by its products."""

    member_id: str | None
    products: frozenset[str] | None

    def matches(self) -> ColumnElement[bool]:
        return true() if self.products is None else TracedCheckRow.product.in_(sorted(self.products))

    def clusters(self) -> ColumnElement[bool]:
        return ClusterRow.member_id.is_not_distinct_from(self.member_id)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Computed:
    """What became of a neighbourhood: all sellers that were considered, and the clusters of them with their figures."""

    scope: _Scope
    considered: frozenset[str]
    clusters: Sequence[tuple[frozenset[str], dict[str, Any]]]


class ClusterRows:
    """The rows of clusters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refresh(self, decide: Deciders, now: datetime.datetime) -> int:
        """Compute the clusters of some sellers that changed; gives how many sellers, 0 where none has changed."""

        def read(session: Session) -> tuple[dict[str, str], list[_Computed]]:
            rows = session.execute(select(ChangedPartyRow.party, ChangedPartyRow.mark).limit(CHANGED_AT_ONCE)).all()
            marks = {row.party: row.mark for row in rows}
            return marks, [_compute(session, scope, set(marks), decide) for scope in _scopes_of(session, set(marks))]

        marks, computed = await self._database.read(read)
        if marks:

            def write(session: Session) -> None:
                if not all(_store(session, one, now) for one in computed):
                    return  # a seller was deleted meanwhile: the same again
                for mark in set(marks.values()):
                    done = [party for party in marks if marks[party] == mark]
                    session.execute(
                        delete(ChangedPartyRow).where(ChangedPartyRow.party.in_(done), ChangedPartyRow.mark == mark)
                    )

            await self._database.write(write)
        return len(marks)


def held_by(session: Session, visible: ColumnElement[bool] | None, parties: Collection[str]) -> list[Held]:
    """Give what these sellers have in what is visible and not common, with how many have it over all products."""
    found: set[tuple[str, int, str]] = set()
    for some in _some(parties):
        query = (
            select(TraceRow.party, TraceRow.value_id, TraceValueRow.kind)
            .join(TraceValueRow, TraceValueRow.value_id == TraceRow.value_id)
            .where(TraceRow.party.in_(some), ~TraceValueRow.common)
        )
        if visible is not None:
            query = query.join(TracedCheckRow, TracedCheckRow.check_id == TraceRow.check_id).where(visible)
        found.update((row.party, row.value_id, row.kind) for row in session.execute(query))
    holders = _holders(session, {value_id for _, value_id, _ in found})
    return [
        Held(party=party, value_id=value_id, kind=kind, holders=holders[value_id])
        for party, value_id, kind in sorted(found)
    ]


def removed_among(session: Session, member_id: str | None, parties: Collection[str]) -> list[RemovedPair]:
    """Give the links between these sellers that were removed and not restored."""
    found: list[RemovedPair] = []
    for some in _some(parties):
        query = select(RemovedLinkRow.left_party, RemovedLinkRow.right_party, RemovedLinkRow.kind).where(
            RemovedLinkRow.left_party.in_(some),
            RemovedLinkRow.member_id.is_not_distinct_from(member_id),
            RemovedLinkRow.restored_at.is_(None),
        )
        found += [RemovedPair(left=left, right=right, kind=kind) for left, right, kind in session.execute(query)]
    return found


def _scopes_of(session: Session, parties: Collection[str]) -> list[_Scope]:
    """Give the operator, and each member with a product of these sellers."""
    if not parties:
        return []
    products = select(TracedCheckRow.product).where(TracedCheckRow.party.in_(parties)).distinct()
    members = select(MemberProductRow.member_id).where(MemberProductRow.product.in_(products)).distinct()
    scopes = [_Scope(member_id=None, products=None)]
    for member_id in session.scalars(members.order_by(MemberProductRow.member_id)).all():
        own = session.scalars(select(MemberProductRow.product).where(MemberProductRow.member_id == member_id))
        scopes.append(_Scope(member_id=member_id, products=frozenset(own)))
    return scopes


def _compute(session: Session, scope: _Scope, changed: Collection[str], decide: Deciders) -> _Computed:
    """Load the sellers that changed, their clusters, and whoever they are joined to now, until nobody is added."""
    matches = None if scope.products is None else scope.matches()
    considered = _with_clusters(session, scope, set(changed))
    latest = considered
    while latest and len(considered) <= MAX_PARTIES:
        held = held_by(session, matches, latest)
        around = _beside(session, scope, held)
        pairs = decide.joined(
            [*held, *around], removed_among(session, scope.member_id, {h.party for h in [*held, *around]})
        )
        joined = {party for pair in pairs for party in pair} - considered
        latest = _with_clusters(session, scope, joined) - considered
        considered |= latest
    if latest:
        log.warning("a cluster has more than %d sellers; it is computed without the others", MAX_PARTIES)
    groups, kinds = decide.groups(
        held_by(session, matches, considered), removed_among(session, scope.member_id, considered)
    )
    clusters = [(group, _figures(session, scope, group, kinds[min(group)])) for group in groups]
    return _Computed(scope=scope, considered=frozenset(considered), clusters=clusters)


def _with_clusters(session: Session, scope: _Scope, parties: set[str]) -> set[str]:
    """Give these sellers with all that are in their clusters now."""
    found = set(parties)
    for some in _some(parties):
        clusters = (
            select(ClusterPartyRow.cluster_id)
            .join(ClusterRow, ClusterRow.cluster_id == ClusterPartyRow.cluster_id)
            .where(ClusterPartyRow.party.in_(some), scope.clusters())
        )
        found.update(session.scalars(select(ClusterPartyRow.party).where(ClusterPartyRow.cluster_id.in_(clusters))))
    return found


def _beside(session: Session, scope: _Scope, held: Sequence[Held]) -> list[Held]:
    """Give other sellers that have these values."""
    by_value = {one.value_id: one for one in held if one.holders > 1}
    own = {(one.party, one.value_id) for one in held}
    found: set[tuple[str, int]] = set()
    for some in _some(by_value):
        query = select(TraceRow.party, TraceRow.value_id).where(TraceRow.value_id.in_(some))
        if scope.products is not None:
            query = query.join(TracedCheckRow, TracedCheckRow.check_id == TraceRow.check_id).where(scope.matches())
        found.update((row.party, row.value_id) for row in session.execute(query))
    return [dataclasses.replace(by_value[value_id], party=party) for party, value_id in sorted(found - own)]


def _holders(session: Session, value_ids: Collection[int]) -> dict[int, int]:
    holders: dict[int, int] = {}
    for some in _some(value_ids):
        query = select(TraceRow.value_id, func.count(TraceRow.party.distinct())).where(TraceRow.value_id.in_(some))
        holders.update((row[0], row[1]) for row in session.execute(query.group_by(TraceRow.value_id)))
    return holders


def _figures(session: Session, scope: _Scope, group: frozenset[str], kinds: list[str]) -> dict[str, Any]:
    """Give how large a cluster is: each listing once, with the price of its latest check."""
    latest: dict[str, tuple[float | None, str | None]] = {}
    products: set[str] = set()
    times: list[datetime.datetime] = []
    for some in _some(group):
        query = (
            select(
                TracedCheckRow.listing_key,
                TracedCheckRow.product,
                TracedCheckRow.amount,
                TracedCheckRow.currency,
                CheckRow.created_at,
            )
            .join(CheckRow, CheckRow.check_id == TracedCheckRow.check_id)
            .where(TracedCheckRow.party.in_(some), scope.matches())
            .order_by(TracedCheckRow.check_id)
        )
        for key, product, amount, currency, created_at in session.execute(query):
            latest[key] = (amount, currency)
            products.add(product)
            times.append(created_at)
    sums: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for amount, currency in latest.values():
        if amount is not None and currency is not None:
            sums[currency] += amount
            counts[currency] += 1
    main = min(counts, key=lambda one: (-counts[one], one), default=None)
    return {
        "sellers": len(group),
        "listings": len(latest),
        "amount": 0.0 if main is None else round(sums[main], 2),
        "currency": main,
        "figures": {
            "products": sorted(products),
            "kinds": kinds,
            "values": [{"currency": one, "amount": round(sums[one], 2)} for one in sorted(sums)],
        },
        "first_at": min(times),
        "last_at": max(times),
    }


def _store(session: Session, computed: _Computed, now: datetime.datetime) -> bool:
    """Replace the clusters of these sellers; gives whether they still are what was computed.

    A cluster keeps its id where most of it goes on.
    """
    if not _are_there(session, {party for group, _ in computed.clusters for party in group}):
        return False
    member_id = computed.scope.member_id
    if member_id is not None and not session.scalar(
        select(MemberProductRow.product).where(MemberProductRow.member_id == member_id).limit(1)
    ):
        return True  # the member was removed meanwhile
    before: dict[str, set[str]] = defaultdict(set)
    for some in _some(computed.considered):
        query = select(ClusterPartyRow).join(ClusterRow, ClusterRow.cluster_id == ClusterPartyRow.cluster_id)
        for row in session.scalars(query.where(ClusterPartyRow.party.in_(some), computed.scope.clusters())):
            before[row.cluster_id].add(row.party)
    ids = _kept_ids(before, [group for group, _ in computed.clusters])
    created = {
        row.cluster_id: row.created_at
        for row in session.scalars(select(ClusterRow).where(ClusterRow.cluster_id.in_(sorted(before))))
    }
    session.expunge_all()
    session.execute(delete(ClusterRow).where(ClusterRow.cluster_id.in_(sorted(before))))
    for (group, figures), cluster_id in zip(computed.clusters, ids, strict=True):
        session.add(
            ClusterRow(
                cluster_id=cluster_id,
                member_id=member_id,
                created_at=created.get(cluster_id, now),
                updated_at=now,
                **figures,
            )
        )
        session.flush()
        session.execute(
            insert(ClusterPartyRow), [{"cluster_id": cluster_id, "party": party} for party in sorted(group)]
        )
    return True


def _are_there(session: Session, parties: Collection[str]) -> bool:
    """Whether each seller still has a check that was traced."""
    found: set[str] = set()
    for some in _some(parties):
        found.update(session.scalars(select(TracedCheckRow.party).where(TracedCheckRow.party.in_(some)).distinct()))
    return found == set(parties)


def _kept_ids(before: Mapping[str, set[str]], groups: Sequence[frozenset[str]]) -> list[str]:
    """Give each group the id of the cluster with which it shares most, and a new one where another has it."""
    overlaps = sorted(
        (
            (-len(group & before[cluster_id]), cluster_id, at)
            for at, group in enumerate(groups)
            for cluster_id in before
        ),
    )
    ids: dict[int, str] = {}
    for overlap, cluster_id, at in overlaps:
        if overlap and at not in ids and cluster_id not in ids.values():
            ids[at] = cluster_id
    return [ids.get(at) or new_id() for at in range(len(groups))]


def _some(values: Collection[T]) -> list[list[T]]:
    listed = sorted(values)
    return [listed[start : start + LOADED_AT_ONCE] for start in range(0, len(listed), LOADED_AT_ONCE)]
