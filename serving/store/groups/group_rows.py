"""The rows of working groups and of who is in them: made, invited and removed by the operator."""

from __future__ import annotations

import datetime
import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import GroupCategoryMismatch, GroupNameTaken, MemberNotFound
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.groups import Group, GroupMember, GroupSent
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.groups.access import SEEN_STATES, agreement_in_force, get_group
from serving.store.groups.agreement_rows import agreement_of, end_agreement
from serving.store.groups.withdrawal import withdraw
from serving.store.member_rows import get_member
from serving.store.sortable_id import new_id
from serving.store.tables import GroupItemRow, GroupMemberRow, GroupRow, GroupTermsRow, MemberRow

KEY_BYTES = 32


class GroupRows:
    """The rows of groups. The operator sees all, a member those that it was invited to or joined."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, principal: Principal, sent: GroupSent, now: datetime.datetime) -> Group:
        """Make a group with version 1 of its terms; raises GroupNameTaken."""
        group_id, key = new_id(), secrets.token_bytes(KEY_BYTES)

        def work(session: Session) -> Group:
            if session.scalar(select(GroupRow.group_id).where(GroupRow.name == sent.name)) is not None:
                raise GroupNameTaken(f"a working group has the name {sent.name[:80]!r} already; choose another one")
            row = GroupRow(
                group_id=group_id, created_at=now, name=sent.name, category=sent.category, terms_version=1, hash_key=key
            )
            session.add(row)
            session.flush()
            session.add(GroupTermsRow(group_id=group_id, version=1, created_at=now, terms=sent.terms))
            session.flush()
            facts = {"group_id": group_id, "name": sent.name, "category": sent.category}
            add_event(session, NewEvent(type="group.created", data=facts))
            append_entry(session, new_entry(principal, "group.created", "group", group_id, {"category": sent.category}))
            return _group_of(session, row, principal)

        return await self._database.write(work)

    async def set_terms(self, principal: Principal, group_id: str, terms: str, now: datetime.datetime) -> Group:
        """Add a version of the terms. What was given stays; nobody gives or asks more before it agrees anew."""

        def work(session: Session) -> Group:
            row = get_group(session, principal, group_id)
            row.terms_version += 1
            session.add(GroupTermsRow(group_id=group_id, version=row.terms_version, created_at=now, terms=terms))
            session.flush()
            facts = {"group_id": group_id, "terms_version": row.terms_version}
            seen = select(GroupMemberRow.member_id).where(
                GroupMemberRow.group_id == group_id, GroupMemberRow.state.in_(SEEN_STATES)
            )
            for member_id in session.scalars(seen.order_by(GroupMemberRow.member_id)).all():
                add_event(session, NewEvent(type="group.terms_changed", data=facts, member_id=member_id))
            details = {"terms_version": row.terms_version}
            append_entry(session, new_entry(principal, "group.terms_changed", "group", group_id, {**details}))
            return _group_of(session, row, principal)

        return await self._database.write(work)

    async def delete(self, principal: Principal, group_id: str) -> None:
        """Delete a group with the key of its hashes; every item in it is withdrawn. Raises GroupNotFound."""

        def work(session: Session) -> None:
            row = get_group(session, principal, group_id)
            count = withdraw(session, principal, "group_deleted", GroupItemRow.group_id == group_id)
            append_entry(session, new_entry(principal, "group.deleted", "group", group_id, {"items": count}))
            session.delete(row)

        await self._database.write(work)
        await self._database.checkpoint()

    async def find_all(self, principal: Principal) -> list[Group]:
        """Give the groups that the caller sees, by name."""

        def work(session: Session) -> list[Group]:
            query = select(GroupRow).order_by(GroupRow.name)
            if not principal.is_operator:
                own = select(GroupMemberRow.group_id).where(
                    GroupMemberRow.member_id == principal.member_id, GroupMemberRow.state.in_(SEEN_STATES)
                )
                query = query.where(GroupRow.group_id.in_(own))
            return [_group_of(session, row, principal) for row in session.scalars(query).all()]

        return await self._database.read(work)

    async def find(self, principal: Principal, group_id: str) -> Group:
        """Give one group; raises GroupNotFound."""

        def work(session: Session) -> Group:
            return _group_of(session, get_group(session, principal, group_id), principal)

        return await self._database.read(work)

    async def invite(self, principal: Principal, group_id: str, member_id: str, now: datetime.datetime) -> GroupMember:
        """Invite a member; one that is in the group already stays as it is.

        Raises GroupNotFound, MemberNotFound or GroupCategoryMismatch.
        """

        def work(session: Session) -> GroupMember:
            group, member = get_group(session, principal, group_id), get_member(session, principal, member_id)
            if member.category != group.category:
                raise GroupCategoryMismatch(
                    f"the group is of the category {group.category}, and the member of {member.category}; a group has "
                    "members of one sector"
                )
            row = session.get(GroupMemberRow, (group_id, member_id))
            if row is None or row.state not in SEEN_STATES:
                row = session.merge(
                    GroupMemberRow(
                        group_id=group_id, member_id=member_id, state="invited", invited_at=now, joined_at=None,
                        left_at=None, agreement=None, contact=None,
                    )
                )  # fmt: skip
                session.flush()
                facts = {"group_id": group_id, "name": group.name, "terms_version": group.terms_version}
                add_event(session, NewEvent(type="group.invited", data=facts, member_id=member_id))
                append_entry(session, new_entry(principal, "group.invited", "group", group_id, member_id=member_id))
            return _member_of(session, principal, row, member)

        return await self._database.write(work)

    async def remove(self, principal: Principal, group_id: str, member_id: str, now: datetime.datetime) -> None:
        """Take a member out of a group, or its invitation back, and withdraw what it gave; raises MemberNotFound."""

        def work(session: Session) -> None:
            get_group(session, principal, group_id)
            row = session.get(GroupMemberRow, (group_id, member_id))
            if row is None or row.state not in SEEN_STATES:
                raise MemberNotFound(f"no member with the id {member_id[:80]!r} is in this group")
            end_agreement(session, row, now)
            of_member = GroupItemRow.group_id == group_id, GroupItemRow.member_id == member_id
            count = withdraw(session, principal, "removed_from_group", *of_member)
            row.state, row.left_at, row.contact = "removed", now, None
            facts = {"group_id": group_id, "by": "operator"}
            add_event(session, NewEvent(type="group.left", data=facts, member_id=member_id))
            details = {"items": count}
            entry = new_entry(principal, "group.member_removed", "group", group_id, {**details}, member_id=member_id)
            append_entry(session, entry)

        await self._database.write(work)
        await self._database.checkpoint()

    async def find_members(self, principal: Principal, group_id: str) -> list[GroupMember]:
        """Give the members of a group by name: to a member itself, and those that joined and are named."""

        def work(session: Session) -> list[GroupMember]:
            get_group(session, principal, group_id)
            query = select(GroupMemberRow, MemberRow).join(MemberRow, MemberRow.member_id == GroupMemberRow.member_id)
            query = query.where(GroupMemberRow.group_id == group_id).order_by(MemberRow.name)
            if not principal.is_operator:
                named = (GroupMemberRow.state == "joined") & GroupMemberRow.contact.is_not(None)
                query = query.where(named | (GroupMemberRow.member_id == principal.member_id))
            found = session.execute(query).all()
            return [_member_of(session, principal, row, member) for row, member in found]

        return await self._database.read(work)


def _group_of(session: Session, row: GroupRow, principal: Principal) -> Group:
    of_group = GroupMemberRow.group_id == row.group_id
    joined = session.scalar(select(func.count()).where(of_group, GroupMemberRow.state == "joined"))
    own = None if principal.member_id is None else session.get(GroupMemberRow, (row.group_id, principal.member_id))
    agreement = None if own is None else agreement_in_force(session, own)
    terms = session.get_one(GroupTermsRow, (row.group_id, row.terms_version)).terms
    return Group.model_validate(
        {
            "group_id": row.group_id,
            "name": row.name,
            "category": row.category,
            "created_at": utc_text(row.created_at),
            "terms_version": row.terms_version,
            "terms": terms,
            "members": joined or 0,
            "state": None if own is None else own.state,
            "agreement": None if agreement is None else agreement_of(agreement),
            "agreement_outdated": agreement is not None and agreement.terms_version != row.terms_version,
        }
    )


def _member_of(session: Session, principal: Principal, row: GroupMemberRow, member: MemberRow) -> GroupMember:
    items = None
    if principal.is_operator or principal.member_id == row.member_id:
        of_member = GroupItemRow.group_id == row.group_id, GroupItemRow.member_id == row.member_id
        items = session.scalar(select(func.count()).where(*of_member)) or 0
    return GroupMember.model_validate(
        {
            "member_id": row.member_id,
            "name": member.name,
            "state": row.state,
            "contact": row.contact,
            "invited_at": utc_text(row.invited_at),
            "joined_at": None if row.joined_at is None else utc_text(row.joined_at),
            "items": items,
        }
    )
