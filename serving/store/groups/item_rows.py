"""The rows of shared items: given by a member of a check of its own, listed and withdrawn."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import GroupItemNotFound
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.groups import Confirmation, GroupItem, Share, SharedKind, WithdrawalOfItems
from serving.store.audit_rows import append_entry
from serving.store.check_rows import get_check
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.groups.access import get_group, get_joined, get_membership, shares_of
from serving.store.groups.confirmation import find_confirmations, strongest
from serving.store.groups.withdrawal import withdraw
from serving.store.sortable_id import new_id
from serving.store.tables import CheckRow, GroupItemRow, PhotoRow

OF_PHOTOS: tuple[SharedKind, ...] = ("photo_hash", "embedding")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckSignals:
    """What of a check can be compared: its photos by index, its seller and attributes; `hash_key` is the group's."""

    check_id: str
    product: str
    photo_sha256s: Mapping[int, str]
    seller_id: str | None
    attributes: Mapping[str, Any]
    hash_key: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item that is being shared: see `GroupItemRow`."""

    kind: SharedKind
    part: int
    value: bytes = b""
    digest: str | None = None
    bundle_sha256: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WhatIsAgreed:
    """What decides whether a check may be shared, as it is in one transaction."""

    product: str
    confirmations: frozenset[Confirmation]
    shares: Sequence[Share]
    agreed_version: int
    latest_version: int


RequireShareable = Callable[[WhatIsAgreed], None]


class ItemRows:
    """The rows of items; a member sees and withdraws its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_signals(
        self, principal: Principal, group_id: str, check_id: str, require: RequireShareable
    ) -> CheckSignals:
        """Give what of a check can be shared; raises CheckNotFound and what `get_joined` and `require` raise."""

        def work(session: Session) -> CheckSignals:
            return _shareable(session, principal, group_id, check_id, require)

        return await self._database.read(work)

    async def share(
        self,
        principal: Principal,
        group_id: str,
        check_id: str,
        new: Sequence[NewItem],
        kinds: Collection[SharedKind],
        now: datetime.datetime,
        require: RequireShareable,
    ) -> list[GroupItem]:
        """Share items of a check, those of these kinds that are shared already stay; raises as `find_signals`.

        What decides is read again: the check may have been deleted, or the member have left, since its photos were
        read. An embedding of another bundle takes the place of the one before.
        """

        def work(session: Session) -> list[GroupItem]:
            signals = _shareable(session, principal, group_id, check_id, require)
            _, member, agreement = get_joined(session, principal, group_id)
            of_check = GroupItemRow.group_id == group_id, GroupItemRow.check_id == check_id
            # Of a product that was another member's when it gave them: that one has no say over it any more.
            withdraw(session, principal, "by_giver", *of_check, GroupItemRow.member_id != member.member_id)
            there = {(row.kind, row.part): row for row in session.scalars(select(GroupItemRow).where(*of_check))}
            added: list[str] = []
            for item in new:
                row = there.get((item.kind, item.part))
                if row is not None and (row.bundle_sha256, row.digest) == (item.bundle_sha256, item.digest):
                    continue
                if row is not None:
                    session.delete(row)
                    session.flush()
                added.append(new_id())
                session.add(
                    GroupItemRow(
                        item_id=added[-1], group_id=group_id, member_id=member.member_id, check_id=check_id,
                        product=signals.product, kind=item.kind, part=item.part, shared_at=now,
                        agreement=agreement.number, terms_version=agreement.terms_version,
                        bundle_sha256=item.bundle_sha256, digest=item.digest, value=item.value, matches=0,
                        last_matched_on=None,
                    )
                )  # fmt: skip
            session.flush()
            if added:
                _record_shared(session, principal, group_id, check_id, added, kinds)
            shared = select(GroupItemRow).where(*of_check, GroupItemRow.kind.in_(sorted(kinds)))
            return _items_of(session, session.scalars(shared.order_by(GroupItemRow.kind, GroupItemRow.part)).all())

        return await self._database.write(work)

    async def find_page(
        self,
        principal: Principal,
        group_id: str,
        limit: int,
        *,
        before: str | None = None,
        kind: SharedKind | None = None,
        check_id: str | None = None,
    ) -> list[GroupItem]:
        """Give at most `limit` items of the caller's member, newest first, with ids before one; to the operator all."""

        def work(session: Session) -> list[GroupItem]:
            get_group(session, principal, group_id)
            query = select(GroupItemRow).where(GroupItemRow.group_id == group_id)
            if not principal.is_operator:
                query = query.where(GroupItemRow.member_id == principal.member_id)
            for column, value in ((GroupItemRow.kind, kind), (GroupItemRow.check_id, check_id)):
                if value is not None:
                    query = query.where(column == value)
            if before is not None:
                query = query.where(GroupItemRow.item_id < before)
            rows = session.scalars(query.order_by(GroupItemRow.item_id.desc()).limit(limit)).all()
            return _items_of(session, rows)

        return await self._database.read(work)

    async def withdraw(self, principal: Principal, group_id: str, sent: WithdrawalOfItems) -> int:
        """Withdraw what the caller gave: one item, those of a check, or all; gives how many.

        Raises GroupNotFound, or GroupItemNotFound for an item that is not there, or no longer.
        """

        def work(session: Session) -> int:
            _, member = get_membership(session, principal, group_id)
            wanted = [GroupItemRow.group_id == group_id, GroupItemRow.member_id == member.member_id]
            if sent.item_id is not None:
                wanted.append(GroupItemRow.item_id == sent.item_id)
            if sent.check_id is not None:
                wanted.append(GroupItemRow.check_id == sent.check_id)
            count = withdraw(session, principal, "by_giver", *wanted)
            if sent.item_id is not None and count == 0:
                raise GroupItemNotFound(
                    f"you share no item with the id {sent.item_id[:80]!r} in this group; it may be withdrawn already"
                )
            return count

        count = await self._database.write(work)
        await self._database.checkpoint()
        return count


def signals_of(session: Session, check: CheckRow, hash_key: bytes) -> CheckSignals:
    """Give what of a check can be compared."""
    kept = select(PhotoRow.position, PhotoRow.sha256).where(PhotoRow.check_id == check.check_id, PhotoRow.kept)
    return CheckSignals(
        check_id=check.check_id,
        product=check.product,
        photo_sha256s=dict(session.execute(kept.order_by(PhotoRow.position)).all()),
        seller_id=check.seller_id,
        attributes=check.attributes,
        hash_key=hash_key,
    )


def _shareable(
    session: Session, principal: Principal, group_id: str, check_id: str, require: RequireShareable
) -> CheckSignals:
    group, _, agreement = get_joined(session, principal, group_id)
    check = get_check(session, principal, check_id)
    confirmations = find_confirmations(session, [check_id]).get(check_id, frozenset())
    require(
        WhatIsAgreed(
            product=check.product,
            confirmations=confirmations,
            shares=shares_of(agreement),
            agreed_version=agreement.terms_version,
            latest_version=group.terms_version,
        )
    )
    return signals_of(session, check, group.hash_key)


def _record_shared(
    session: Session,
    principal: Principal,
    group_id: str,
    check_id: str,
    added: Sequence[str],
    kinds: Collection[SharedKind],
) -> None:
    facts: dict[str, JsonValue] = {
        "group_id": group_id, "shared_check_id": check_id, "kinds": [*sorted(kinds)], "items": len(added),
        "item_ids": [*added],
    }  # fmt: skip
    add_event(session, NewEvent(type="group.items_shared", data=facts, member_id=principal.member_id))
    append_entry(session, new_entry(principal, "group.items_shared", "group", group_id, facts))


def _items_of(session: Session, rows: Sequence[GroupItemRow]) -> list[GroupItem]:
    confirmed = find_confirmations(session, [row.check_id for row in rows])
    return [_item_of(row, strongest(confirmed.get(row.check_id, frozenset()))) for row in rows]


def _item_of(row: GroupItemRow, confirmed_by: Confirmation | None) -> GroupItem:
    return GroupItem.model_validate(
        {
            "item_id": row.item_id,
            "kind": row.kind,
            "product": row.product,
            "check_id": row.check_id,
            "photo": row.part if row.kind in OF_PHOTOS else None,
            "bundle_sha256": row.bundle_sha256,
            "member_id": row.member_id,
            "shared_at": utc_text(row.shared_at),
            "agreement": row.agreement,
            "terms_version": row.terms_version,
            "confirmed_by": confirmed_by,
            "matches": row.matches,
            "last_matched_on": row.last_matched_on,
        }
    )
