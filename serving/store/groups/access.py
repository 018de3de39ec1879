"""Who may see a group, and who is in it: what every query of groups asks first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.errors import GroupNotFound, GroupNotJoined, MemberRequired
from serving.principal import Principal
from serving.schemas.enforcement.groups import Share
from serving.store.tables import GroupAgreementRow, GroupMemberRow, GroupRow

SEEN_STATES = ("invited", "joined")  # who has left sees the group no more than who was never in it


def get_group(session: Session, principal: Principal, group_id: str) -> GroupRow:
    """Give a group; raises GroupNotFound, also for a member that was not invited or has left."""
    row = session.get(GroupRow, group_id)
    if row is None or not (principal.is_operator or _is_in(session, group_id, principal.member_id)):
        raise GroupNotFound(f"no working group has the id {group_id[:80]!r}; GET /v1/groups lists yours")
    return row


def get_membership(session: Session, principal: Principal, group_id: str) -> tuple[GroupRow, GroupMemberRow]:
    """Give a group and the caller's place in it; raises GroupNotFound, or MemberRequired for the operator."""
    group = get_group(session, principal, group_id)
    if principal.member_id is None:
        raise MemberRequired("a member agrees, shares and asks for itself; call this with a key of that member")
    return group, session.get_one(GroupMemberRow, (group_id, principal.member_id))


def get_joined(
    session: Session, principal: Principal, group_id: str
) -> tuple[GroupRow, GroupMemberRow, GroupAgreementRow]:
    """As `get_membership`, with the agreement in force; raises GroupNotJoined as well where there is none."""
    group, member = get_membership(session, principal, group_id)
    agreement = agreement_in_force(session, member)
    if agreement is None:
        raise GroupNotJoined("you were invited and have not agreed yet; send PUT /v1/groups/{group_id}/agreement first")
    return group, member, agreement


def agreement_in_force(session: Session, member: GroupMemberRow) -> GroupAgreementRow | None:
    """Give the agreement that a member has now, None where it has not joined, or has left."""
    if member.agreement is None:
        return None
    return session.get_one(GroupAgreementRow, (member.group_id, member.member_id, member.agreement))


def shares_of(agreement: GroupAgreementRow) -> Sequence[Share]:
    """Give what an agreement shares."""
    return [Share.model_validate(one) for one in agreement.shares]


def _is_in(session: Session, group_id: str, member_id: str | None) -> bool:
    query = select(GroupMemberRow.state).where(GroupMemberRow.group_id == group_id)
    return session.scalar(query.where(GroupMemberRow.member_id == member_id)) in SEEN_STATES
