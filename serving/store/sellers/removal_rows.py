"""The rows of links that a person took away from between two sellers, and restored."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from pydantic import JsonValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import LinkNotFound
from serving.principal import Principal
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.lists.check_list import visible_to
from serving.store.sellers.changes import mark_changed
from serving.store.tables import CheckRow, RemovedLinkRow, TracedCheckRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewRemoval:
    """A link that is being removed: between two sellers, of one kind, with what the remover says of it."""

    cluster_id: str
    kind: str
    left: str
    right: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A removed link; the sellers' ids are None where a listing without one stands for itself."""

    removal_id: int
    kind: str
    left_party: str
    right_party: str
    left_seller_id: str | None
    right_seller_id: str | None
    reason: str
    removed_at: datetime.datetime
    restored_at: datetime.datetime | None


class RemovalRows:
    """The removed links of the operator, or of a member: each sees and changes its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, principal: Principal, new: NewRemoval, now: datetime.datetime) -> Removal:
        """Remove a link, so that it joins nobody until it is restored; again gives the first removal."""
        entry = new_entry(principal, "cluster.link_removed", "link", "")

        def work(session: Session) -> Removal:
            found = session.scalars(
                _own(principal).where(
                    RemovedLinkRow.kind == new.kind,
                    RemovedLinkRow.left_party == new.left,
                    RemovedLinkRow.right_party == new.right,
                    RemovedLinkRow.restored_at.is_(None),
                )
            ).first()
            if found is not None:
                return _removal_of(session, principal, found)
            row = RemovedLinkRow(
                member_id=principal.member_id,
                kind=new.kind,
                left_party=new.left,
                right_party=new.right,
                reason=new.reason,
                removed_at=now,
            )
            session.add(row)
            session.flush()
            details: dict[str, JsonValue] = {
                "removal_id": row.removal_id,
                "kind": new.kind,
                "cluster_id": new.cluster_id,
            }
            add_event(session, NewEvent(type="cluster.link_removed", member_id=principal.member_id, data=details))
            append_entry(session, dataclasses.replace(entry, object_id=str(row.removal_id)).with_details(**details))
            mark_changed(session, [new.left, new.right])
            return _removal_of(session, principal, row)

        return await self._database.write(work)

    async def restore(self, principal: Principal, removal_id: int, now: datetime.datetime) -> Removal:
        """Let a removed link count again; again changes nothing. Raises LinkNotFound."""
        entry = new_entry(principal, "cluster.link_restored", "link", str(removal_id))

        def work(session: Session) -> Removal:
            row = session.scalars(_own(principal).where(RemovedLinkRow.removal_id == removal_id)).first()
            if row is None:
                raise LinkNotFound("no removed link has this removal_id; list them to see which there are")
            if row.restored_at is None:
                row.restored_at = now
                details: dict[str, JsonValue] = {"removal_id": row.removal_id, "kind": row.kind}
                add_event(session, NewEvent(type="cluster.link_restored", member_id=principal.member_id, data=details))
                append_entry(session, entry.with_details(**details))
                mark_changed(session, [row.left_party, row.right_party])
            return _removal_of(session, principal, row)

        return await self._database.write(work)

    async def find_active(self, principal: Principal) -> Sequence[Removal]:
        """Give the removed links that were not restored."""

        def work(session: Session) -> list[Removal]:
            rows = session.scalars(_own(principal).where(RemovedLinkRow.restored_at.is_(None))).all()
            return [_removal_of(session, principal, row) for row in rows]

        return await self._database.read(work)

    async def find_page(self, principal: Principal, *, limit: int, before: int | None = None) -> Sequence[Removal]:
        """Give at most `limit` removed links, newest first, also those that were restored."""

        def work(session: Session) -> list[Removal]:
            query = _own(principal)
            if before is not None:
                query = query.where(RemovedLinkRow.removal_id < before)
            rows = session.scalars(query.order_by(RemovedLinkRow.removal_id.desc()).limit(limit)).all()
            return [_removal_of(session, principal, row) for row in rows]

        return await self._database.read(work)


def _own(principal: Principal) -> Select[RemovedLinkRow]:
    return select(RemovedLinkRow).where(RemovedLinkRow.member_id.is_not_distinct_from(principal.member_id))


def _removal_of(session: Session, principal: Principal, row: RemovedLinkRow) -> Removal:
    return Removal(
        removal_id=row.removal_id,
        kind=row.kind,
        left_party=row.left_party,
        right_party=row.right_party,
        left_seller_id=_seller_of(session, principal, row.left_party),
        right_seller_id=_seller_of(session, principal, row.right_party),
        reason=row.reason,
        removed_at=row.removed_at,
        restored_at=row.restored_at,
    )


def _seller_of(session: Session, principal: Principal, party: str) -> str | None:
    query = select(CheckRow.seller_id).join(TracedCheckRow, TracedCheckRow.check_id == CheckRow.check_id)
    return session.scalar(query.where(TracedCheckRow.party == party, visible_to(principal)).limit(1))
