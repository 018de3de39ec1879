"""Which sellers' clusters are to be computed anew, and what goes with a deleted check."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from serving.store.sortable_id import new_id
from serving.store.tables import (
    ChangedPartyRow,
    ClusterPartyRow,
    ClusterRow,
    RemovedLinkRow,
    TracedCheckRow,
    TraceRow,
    TraceValueRow,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TracesToForget:
    """The values and sellers of checks that are about to be deleted."""

    value_ids: Sequence[int]
    parties: Sequence[str]


def mark_changed(session: Session, parties: Collection[str]) -> None:
    """Have the clusters of these sellers computed anew."""
    if parties:
        named = sorted(parties)
        session.execute(delete(ChangedPartyRow).where(ChangedPartyRow.party.in_(named)))
        mark = new_id()
        session.execute(insert(ChangedPartyRow), [{"party": party, "mark": mark} for party in named])


def traces_of(session: Session, check_ids: Sequence[str]) -> TracesToForget:
    """Note what hangs on checks before they are deleted."""
    values = select(TraceRow.value_id).where(TraceRow.check_id.in_(check_ids)).distinct()
    parties = select(TracedCheckRow.party).where(TracedCheckRow.check_id.in_(check_ids)).distinct()
    return TracesToForget(value_ids=session.scalars(values).all(), parties=session.scalars(parties).all())


def forget(session: Session, traces: TracesToForget) -> None:
    """After the checks are deleted: delete hashes that no check has, and all that names a seller who is gone."""
    if not traces.parties:
        return
    used = select(TraceRow.value_id).where(TraceRow.value_id == TraceValueRow.value_id).exists()
    session.execute(delete(TraceValueRow).where(TraceValueRow.value_id.in_(traces.value_ids), ~used))
    clusters = select(ClusterPartyRow.cluster_id).where(ClusterPartyRow.party.in_(traces.parties))
    beside = set(session.scalars(select(ClusterPartyRow.party).where(ClusterPartyRow.cluster_id.in_(clusters))))
    left = set(session.scalars(select(TracedCheckRow.party).where(TracedCheckRow.party.in_(traces.parties)).distinct()))
    gone = sorted(set(traces.parties) - left)
    for row in (ClusterPartyRow, ChangedPartyRow):
        session.execute(delete(row).where(row.party.in_(gone)))
    named = RemovedLinkRow.left_party.in_(gone) | RemovedLinkRow.right_party.in_(gone)
    session.execute(delete(RemovedLinkRow).where(named))
    mark_changed(session, (beside | left) - set(gone))


def products_moved(session: Session, member_id: str, products: Collection[str]) -> None:
    """After products came to a member or left it: its clusters are of other products, so they are computed anew."""
    session.execute(delete(ClusterRow).where(ClusterRow.member_id == member_id))
    of_products = TracedCheckRow.product.in_(sorted(products))
    parties = select(TracedCheckRow.party).where(of_products).distinct()
    session.execute(delete(ChangedPartyRow).where(ChangedPartyRow.party.in_(parties)))
    marked = select(TracedCheckRow.party, literal(new_id())).where(of_products).distinct()
    session.execute(insert(ChangedPartyRow).from_select(["party", "mark"], marked))
