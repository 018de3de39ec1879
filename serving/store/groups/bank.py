"""A bank: what the other members of a group share now, and the answer that is made of it in one transaction."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Mapping, Sequence

from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.principal import Principal
from serving.schemas.enforcement.groups import SharedKind
from serving.store.audit_rows import append_entry
from serving.store.groups.confirmation import find_confirmations
from serving.store.tables import GroupItemRow, GroupMemberRow, GroupRow, MemberProductRow, MemberRow

CHANGED_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GiverFound:
    """A member that gives a kind now, of a bundle where it gives embeddings; `contact` is None where it is unnamed."""

    kind: SharedKind
    bundle_sha256: str | None
    member_id: str
    name: str
    contact: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An item that others gave."""

    item_id: str
    kind: SharedKind
    member_id: str
    bundle_sha256: str | None
    value: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """What others share of some kinds, at one moment; `digests` and `bundle_sha256s` narrow which items are read."""

    givers: Sequence[GiverFound]
    items: Sequence[StoredItem]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ItemWanted:
    """Which items to read for a question: those of a kind by givers, of some bundles or digests where these count."""

    kind: SharedKind
    digests: Sequence[str] | None = None
    bundle_sha256: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Of what was near, the items that are there and confirmed in the transaction that answers."""

    group_id: str
    group_name: str
    givers: Sequence[GiverFound]
    items: Sequence[StoredItem]
    questions_left: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question whose bank was searched: the ids of what is near, and what the audit log has of the question.

    `tell` is called with what is still in force of these items, and gives the ids of those that the answer counts.
    """

    near: Sequence[str]
    described: Mapping[str, JsonValue]
    tell: Callable[[InForce], Collection[str]]


def read_wanted(session: Session, principal: Principal, group_id: str, wanted: ItemWanted) -> list[StoredItem]:
    """Give the items that a question may be near."""
    condition = GroupItemRow.kind == wanted.kind
    if wanted.digests is not None:
        condition &= GroupItemRow.digest.in_(wanted.digests)
    if wanted.bundle_sha256 is not None:
        condition &= GroupItemRow.bundle_sha256 == wanted.bundle_sha256
    return _read_items(session, principal, group_id, condition)


def find_givers(session: Session, principal: Principal, group_id: str) -> list[GiverFound]:
    """Give who shares which kinds now, and of embeddings those of which bundle."""
    query = (
        select(
            GroupItemRow.kind,
            GroupItemRow.bundle_sha256,
            GroupItemRow.member_id,
            MemberRow.name,
            GroupMemberRow.contact,
        )
        .where(_shared_by_others(principal, group_id), MemberRow.member_id == GroupItemRow.member_id)
        .distinct()
    )
    return [
        GiverFound(kind=kind, bundle_sha256=bundle, member_id=member_id, name=name, contact=contact)  # type: ignore[arg-type]
        for kind, bundle, member_id, name, contact in session.execute(query)
    ]


def answer_asked(
    session: Session, principal: Principal, group_id: str, asked: Asked, now: datetime.datetime, *, questions_left: int
) -> None:
    """Call `tell` with what is in force, count what it counts for the givers, and record that it was asked."""
    items = _in_force(session, principal, group_id, asked.near)
    counted = asked.tell(
        InForce(
            group_id=group_id,
            group_name=session.get_one(GroupRow, group_id).name,
            givers=find_givers(session, principal, group_id),
            items=items,
            questions_left=questions_left,
        )
    )
    _count_matches(session, sorted(counted), now)
    kinds = sorted({item.kind for item in items if item.item_id in counted})
    details: dict[str, JsonValue] = {**asked.described, "matched": [*kinds]}
    append_entry(session, new_entry(principal, "group.asked", "group", group_id, details))


def _shared_by_others(principal: Principal, group_id: str) -> ColumnElement[bool]:
    """Match items, with their giver's place in the group and product, that members other than the caller share now.

    An item whose product went to another member is nobody's to share: that one has not agreed to it.
    """
    return and_(
        GroupItemRow.group_id == group_id,
        GroupItemRow.member_id != principal.member_id,
        GroupMemberRow.group_id == GroupItemRow.group_id,
        GroupMemberRow.member_id == GroupItemRow.member_id,
        GroupMemberRow.state == "joined",
        MemberProductRow.product == GroupItemRow.product,
        MemberProductRow.member_id == GroupItemRow.member_id,
    )


def _read_items(
    session: Session, principal: Principal, group_id: str, condition: ColumnElement[bool]
) -> list[StoredItem]:
    query = select(
        GroupItemRow.item_id, GroupItemRow.kind, GroupItemRow.member_id, GroupItemRow.bundle_sha256, GroupItemRow.value
    ).where(_shared_by_others(principal, group_id), condition)
    return [
        StoredItem(item_id=item_id, kind=kind, member_id=member_id, bundle_sha256=bundle, value=value)  # type: ignore[arg-type]
        for item_id, kind, member_id, bundle, value in session.execute(query)
    ]


def _in_force(session: Session, principal: Principal, group_id: str, item_ids: Sequence[str]) -> list[StoredItem]:
    """Give those of the items that are still shared, and whose check is confirmed as counterfeit now."""
    found: list[StoredItem] = []
    for start in range(0, len(item_ids), CHANGED_AT_ONCE):
        some = GroupItemRow.item_id.in_(item_ids[start : start + CHANGED_AT_ONCE])
        checks = dict(session.execute(select(GroupItemRow.item_id, GroupItemRow.check_id).where(some)).all())
        confirmed = find_confirmations(session, checks.values())
        items = _read_items(session, principal, group_id, some)
        found += [item for item in items if checks.get(item.item_id) in confirmed]
    return found


def _count_matches(session: Session, item_ids: Sequence[str], now: datetime.datetime) -> None:
    for start in range(0, len(item_ids), CHANGED_AT_ONCE):
        counted = update(GroupItemRow).where(GroupItemRow.item_id.in_(item_ids[start : start + CHANGED_AT_ONCE]))
        values = {"matches": GroupItemRow.matches + 1, "last_matched_on": now.date().isoformat()}
        session.execute(counted.values(values), execution_options={"synchronize_session": False})
