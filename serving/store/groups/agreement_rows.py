"""The rows of agreements: each version of what a member agreed to is kept, and one is in force."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.groups import Agreement, AgreementSent
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.groups.access import agreement_in_force, get_group, get_joined, get_membership, shares_of
from serving.store.groups.withdrawal import withdraw
from serving.store.tables import GroupAgreementRow, GroupItemRow, GroupMemberRow


class AgreementRows:
    """The rows of agreements; a member sees its own, and the operator all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def agree(
        self,
        principal: Principal,
        group_id: str,
        sent: AgreementSent,
        now: datetime.datetime,
        require: Callable[[AgreementSent, int, frozenset[str]], None],
    ) -> Agreement:
        """Join with an agreement, or put it in the place of the one in force; the same one again changes nothing.

        `require` is called with the latest version of the terms and the member's products, and raises what it raises.
        What was given and is shared no longer is withdrawn in the same transaction.
        """

        def work(session: Session) -> Agreement:
            group, member = get_membership(session, principal, group_id)
            require(sent, group.terms_version, principal.products or frozenset())
            before = agreement_in_force(session, member)
            row = _new_row(session, member, sent, now)
            if before is not None and _same(before, row) and member.contact == sent.contact:
                return agreement_of(before)
            end_agreement(session, member, now)
            session.add(row)
            if member.state != "joined":
                member.state, member.joined_at, member.left_at = "joined", now, None
            member.agreement, member.contact = row.number, sent.contact
            session.flush()
            _withdraw_uncovered(session, principal, row)
            facts = {"group_id": group_id, "agreement": row.number, "terms_version": row.terms_version}
            add_event(session, NewEvent(type="group.agreed", data=facts, member_id=member.member_id))
            append_entry(session, new_entry(principal, "group.agreed", "group", group_id, _details_of(row)))
            return agreement_of(row)

        return await self._database.write(work)

    async def leave(self, principal: Principal, group_id: str, now: datetime.datetime) -> int:
        """End the agreement, withdraw everything, and leave; gives how many items were withdrawn.

        Raises GroupNotFound; an invitation is declined in the same way.
        """

        def work(session: Session) -> int:
            _, member = get_membership(session, principal, group_id)
            end_agreement(session, member, now)
            of_member = GroupItemRow.group_id == group_id, GroupItemRow.member_id == member.member_id
            count = withdraw(session, principal, "left", *of_member)
            member.state, member.left_at, member.contact = "left", now, None
            facts = {"group_id": group_id, "by": "member"}
            add_event(session, NewEvent(type="group.left", data=facts, member_id=member.member_id))
            append_entry(session, new_entry(principal, "group.left", "group", group_id, {"items": count}))
            return count

        count = await self._database.write(work)
        await self._database.checkpoint()
        return count

    async def find_all(self, principal: Principal, group_id: str) -> list[Agreement]:
        """Give every version of the caller's agreement, newest first; to the operator those of all members."""

        def work(session: Session) -> list[Agreement]:
            get_group(session, principal, group_id)
            query = select(GroupAgreementRow).where(GroupAgreementRow.group_id == group_id)
            if not principal.is_operator:
                query = query.where(GroupAgreementRow.member_id == principal.member_id)
            newest = query.order_by(GroupAgreementRow.agreed_at.desc(), GroupAgreementRow.number.desc())
            return [agreement_of(row) for row in session.scalars(newest)]

        return await self._database.read(work)

    async def find_current(self, principal: Principal, group_id: str) -> Agreement:
        """Give the caller's agreement in force; raises GroupNotFound or GroupNotJoined."""
        return await self._database.read(lambda session: agreement_of(get_joined(session, principal, group_id)[2]))


def end_agreement(session: Session, member: GroupMemberRow, now: datetime.datetime) -> None:
    """End the agreement that a member has, where it has one."""
    row = agreement_in_force(session, member)
    if row is not None:
        row.ended_at, member.agreement = max(now, row.agreed_at), None


def agreement_of(row: GroupAgreementRow) -> Agreement:
    """Give an agreement as it is answered."""
    return Agreement.model_validate(
        {
            "agreement": row.number,
            "member_id": row.member_id,
            "agreed_at": utc_text(row.agreed_at),
            "terms_version": row.terms_version,
            "shares": row.shares,
            "asks": row.asks,
            "named": row.named,
            "watch": row.watch,
            "ended_at": None if row.ended_at is None else utc_text(row.ended_at),
        }
    )


def _new_row(
    session: Session, member: GroupMemberRow, sent: AgreementSent, now: datetime.datetime
) -> GroupAgreementRow:
    shares = sorted({(share.kind, share.product) for share in sent.shares})
    of_member = select(GroupAgreementRow).where(
        GroupAgreementRow.group_id == member.group_id, GroupAgreementRow.member_id == member.member_id
    )
    last = session.scalars(of_member.order_by(GroupAgreementRow.number.desc()).limit(1)).one_or_none()
    return GroupAgreementRow(
        group_id=member.group_id,
        member_id=member.member_id,
        number=1 if last is None else last.number + 1,
        agreed_at=now if last is None else max(now, last.agreed_at),
        terms_version=sent.terms_version,
        shares=[{"kind": kind, "product": product} for kind, product in shares],
        asks=[*sent.asks],
        named=sent.contact is not None,
        watch=sent.watch,
    )


def _same(one: GroupAgreementRow, other: GroupAgreementRow) -> bool:
    compared = ("terms_version", "shares", "asks", "named", "watch")
    return all(getattr(one, name) == getattr(other, name) for name in compared)


def _withdraw_uncovered(session: Session, principal: Principal, row: GroupAgreementRow) -> None:
    """Withdraw what the member gave under an earlier agreement and this one leaves out."""
    of_member = GroupItemRow.group_id == row.group_id, GroupItemRow.member_id == row.member_id
    given = session.execute(select(GroupItemRow.kind, GroupItemRow.product).where(*of_member).distinct()).all()
    kept = {(share.kind, share.product) for share in shares_of(row)}
    for kind, product in given:
        if (kind, product) not in kept:
            uncovered = GroupItemRow.kind == kind, GroupItemRow.product == product
            withdraw(session, principal, "agreement_changed", *of_member, *uncovered)


def _details_of(row: GroupAgreementRow) -> dict[str, JsonValue]:
    """Give what the audit log has of an agreement: all of it but the contact, which may be a person's."""
    return {
        "agreement": row.number, "terms_version": row.terms_version, "shares": [*row.shares], "asks": [*row.asks],
        "named": row.named, "watch": row.watch,
    }  # fmt: skip
