"""Clusters as they are read: a page of a list, and one cluster with all that its page shows."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Select, func, select, true, tuple_
from sqlalchemy.orm import Session

from serving.errors import ClusterNotFound
from serving.principal import Principal
from serving.store.database.database import Database
from serving.store.lists.check_list import visible_to
from serving.store.sellers.cluster_rows import Held, RemovedPair, held_by, removed_among
from serving.store.tables import (
    CheckRow,
    ClusterPartyRow,
    ClusterRow,
    TracedCheckRow,
    TraceRow,
    TraceValueRow,
)

ClusterSort = Literal["size", "value"]
MAX_CHECKS = 20_000  # of one cluster that are read


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFigures:
    """How large a cluster is; `figures` are its products, the kinds of its links, and its value by currency."""

    cluster_id: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    sellers: int
    listings: int
    amount: float
    currency: str | None
    figures: Mapping[str, Any]
    first_at: datetime.datetime
    last_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlace:
    """A place in a sorted list of clusters: what it is sorted by, and the cluster there."""

    key: float
    cluster_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterList:
    """A page of clusters; `next_place` is that of the last one, None where none follows."""

    clusters: Sequence[ClusterFigures]
    next_place: ClusterPlace | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCheck:
    """A listing of a cluster by its latest check, and when the first one was."""

    check_id: str
    listing_key: str
    party: str
    product: str
    listing_id: str | None
    seller_id: str | None
    outcome: str
    decision: str | None
    authenticity: float | None
    url: str | None
    amount: float | None
    currency: str | None
    first_at: datetime.datetime
    last_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where a value was found with a seller: the photo of a check, None for its attributes."""

    check_id: str
    photo: int | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterContent:
    """A cluster with its listings, what its sellers have, and what was removed between them."""

    figures: ClusterFigures
    listings: Sequence[ClusterCheck]
    held: Sequence[Held]
    removed: Sequence[RemovedPair]
    shown: Mapping[int, str]  # what people see of a value
    sightings: Mapping[tuple[str, int], Sighting]  # by seller and value


class ClusterPages:
    """Clusters for who may see them: the operator's own, or the member's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_page(
        self,
        principal: Principal,
        *,
        sort: ClusterSort,
        limit: int,
        currency: str | None = None,
        after: ClusterPlace | None = None,
    ) -> ClusterList:
        """Give at most `limit` clusters, largest first; sorted by value, those of one currency alone."""
        key = ClusterRow.amount if sort == "value" else ClusterRow.listings

        def work(session: Session) -> ClusterList:
            query = _own(principal)
            if sort == "value":
                query = query.where(ClusterRow.currency == currency)
            if after is not None:
                query = query.where(tuple_(key, ClusterRow.cluster_id) < (after.key, after.cluster_id))
            rows = session.scalars(query.order_by(key.desc(), ClusterRow.cluster_id.desc()).limit(limit + 1)).all()
            last = rows[limit - 1] if len(rows) > limit else None
            place = None if last is None else ClusterPlace(key=getattr(last, key.key), cluster_id=last.cluster_id)
            return ClusterList(clusters=[_figures_of(row) for row in rows[:limit]], next_place=place)

        return await self._database.read(work)

    async def find_currencies(self, principal: Principal) -> list[str]:
        """Give the currencies of clusters, the most frequent first."""

        def work(session: Session) -> list[str]:
            counted = _own(principal).where(ClusterRow.currency.is_not(None)).with_only_columns(ClusterRow.currency)
            ordered = counted.group_by(ClusterRow.currency).order_by(func.count().desc(), ClusterRow.currency)
            return [one for one in session.scalars(ordered) if one is not None]

        return await self._database.read(work)

    async def find(self, principal: Principal, cluster_id: str) -> ClusterContent:
        """Give a cluster; raises ClusterNotFound, also for one that the caller may not see."""

        def work(session: Session) -> ClusterContent:
            row = session.scalars(_own(principal).where(ClusterRow.cluster_id == cluster_id)).first()
            if row is None:
                raise ClusterNotFound(
                    f"no cluster has the id {cluster_id[:80]!r}; it may have joined another, or fallen apart: list them"
                )
            parties = session.scalars(
                select(ClusterPartyRow.party).where(ClusterPartyRow.cluster_id == cluster_id)
            ).all()
            visible = visible_products(principal)
            held = held_by(session, visible, parties)
            shared = _shared_values(held)
            return ClusterContent(
                figures=_figures_of(row),
                listings=_listings(session, principal, parties),
                held=held,
                removed=removed_among(session, principal.member_id, parties),
                shown=_shown(session, shared),
                sightings=_sightings(session, principal, parties, shared),
            )

        return await self._database.read(work)


def visible_products(principal: Principal) -> Any:
    """Match what was traced of the products that a caller sees; None where it sees all."""
    return None if principal.products is None else TracedCheckRow.product.in_(sorted(principal.products))


def _own(principal: Principal) -> Select[Any]:
    return select(ClusterRow).where(ClusterRow.member_id.is_not_distinct_from(principal.member_id))


def _figures_of(row: ClusterRow) -> ClusterFigures:
    return ClusterFigures(**{field.name: getattr(row, field.name) for field in dataclasses.fields(ClusterFigures)})


def _listings(session: Session, principal: Principal, parties: Collection[str]) -> list[ClusterCheck]:
    query = (
        select(
            CheckRow.check_id, TracedCheckRow.listing_key, TracedCheckRow.party, CheckRow.product, CheckRow.listing_id,
            CheckRow.seller_id, CheckRow.outcome, CheckRow.decision, CheckRow.authenticity, CheckRow.attributes,
            TracedCheckRow.amount, TracedCheckRow.currency, CheckRow.created_at,
        )
        .join(CheckRow, CheckRow.check_id == TracedCheckRow.check_id)
        .where(TracedCheckRow.party.in_(parties), true() if principal.products is None else visible_to(principal))
        .order_by(CheckRow.check_id.desc())
        .limit(MAX_CHECKS)
    )  # fmt: skip
    latest: dict[str, ClusterCheck] = {}
    for row in session.execute(query):
        known = latest.get(row.listing_key)
        if known is not None:
            latest[row.listing_key] = dataclasses.replace(known, first_at=min(known.first_at, row.created_at))
            continue
        url = row.attributes.get("url")
        fields = {name: value for name, value in row._mapping.items() if name not in ("attributes", "created_at")}
        latest[row.listing_key] = ClusterCheck(
            **fields, url=url if isinstance(url, str) else None, first_at=row.created_at, last_at=row.created_at
        )
    return sorted(latest.values(), key=lambda one: one.listing_key)


def _shared_values(held: Sequence[Held]) -> set[int]:
    seen: set[int] = set()
    shared: set[int] = set()
    for one in held:
        (shared if one.value_id in seen else seen).add(one.value_id)
    return shared


def _shown(session: Session, value_ids: Collection[int]) -> dict[int, str]:
    query = select(TraceValueRow.value_id, TraceValueRow.shown).where(TraceValueRow.value_id.in_(sorted(value_ids)))
    return {row.value_id: row.shown for row in session.execute(query)}


def _sightings(
    session: Session, principal: Principal, parties: Collection[str], value_ids: Collection[int]
) -> dict[tuple[str, int], Sighting]:
    query = select(TraceRow.party, TraceRow.value_id, TraceRow.check_id, TraceRow.photo).where(
        TraceRow.value_id.in_(sorted(value_ids)), TraceRow.party.in_(parties)
    )
    if (visible := visible_products(principal)) is not None:
        query = query.join(TracedCheckRow, TracedCheckRow.check_id == TraceRow.check_id).where(visible)
    return {
        (row.party, row.value_id): Sighting(check_id=row.check_id, photo=row.photo)
        for row in session.execute(query.order_by(TraceRow.check_id))
    }
