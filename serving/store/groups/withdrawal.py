"""Withdraws items: their values are gone with the commit, and event and audit log say of whom, how many and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.principal import Principal
from serving.store.audit_rows import append_entry
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.tables import GroupItemRow

WithdrawalReason = Literal[
    "by_giver", "agreement_changed", "left", "removed_from_group", "check_deleted", "group_deleted"
]
MAX_IDS_GIVEN = 50  # in an event or entry, which have their counts


def withdraw(session: Session, principal: Principal, reason: WithdrawalReason, *conditions: ColumnElement[bool]) -> int:
    """Delete the items that meet the conditions, and record it for each giver and group; gives how many."""
    counted = select(GroupItemRow.group_id, GroupItemRow.member_id, func.count()).where(*conditions)
    givers = session.execute(counted.group_by(GroupItemRow.group_id, GroupItemRow.member_id)).all()
    for group_id, member_id, count in givers:
        of_giver = select(GroupItemRow.item_id).where(
            *conditions, GroupItemRow.group_id == group_id, GroupItemRow.member_id == member_id
        )
        ids = session.scalars(of_giver.order_by(GroupItemRow.item_id).limit(MAX_IDS_GIVEN)).all()
        facts: dict[str, JsonValue] = {"group_id": group_id, "reason": reason, "items": count, "item_ids": [*ids]}
        add_event(session, NewEvent(type="group.items_withdrawn", data=facts, member_id=member_id))
        entry = new_entry(principal, "group.items_withdrawn", "group", group_id, facts, member_id=member_id)
        append_entry(session, entry)
    if givers:
        session.execute(delete(GroupItemRow).where(*conditions))
    return sum(count for _, _, count in givers)


def withdraw_of_checks(session: Session, principal: Principal, check_ids: Sequence[str]) -> int:
    """Withdraw what stems from checks that this transaction deletes; gives how many items."""
    return withdraw(session, principal, "check_deleted", GroupItemRow.check_id.in_(check_ids))
