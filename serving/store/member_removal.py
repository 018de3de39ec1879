"""Removes a member: its keys, users, webhooks and products at once, while its checks stay with the operator."""

from __future__ import annotations

import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.principal import Principal
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.job_line_rows import cancel_waiting
from serving.store.member_rows import get_member
from serving.store.tables import (
    ApiKeyRow,
    CaseRuleRow,
    FastTrackRow,
    GroupItemRow,
    GroupMemberRow,
    JobRow,
    MemberProductRow,
    TrustedFlaggerRow,
    UserRow,
    WebhookEndpointRow,
)


class MemberRemoval:
    """Removes members from the rows of accounts, webhooks and jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, principal: Principal, member_id: str, now: datetime.datetime) -> None:
        """Remove a member in one transaction; raises MemberNotFound.

        Its keys are refused from the commit on, its users and endpoints are deleted, its jobs are cancelled, what it
        shared in working groups is withdrawn, and its products are nobody's. Checks, reviews and jobs stay, and the
        audit log has which keys and how many rows went.
        """

        def work(session: Session) -> None:
            member = get_member(session, principal, member_id)
            keys = session.scalars(select(ApiKeyRow.key_id).where(ApiKeyRow.member_id == member_id)).all()
            gone = {
                name: session.query(table).where(table.member_id == member_id).count()
                for name, table in (
                    ("users", UserRow),
                    ("webhooks", WebhookEndpointRow),
                    ("products", MemberProductRow),
                    ("groups", GroupMemberRow),
                    ("group_items", GroupItemRow),
                    ("case_rules", CaseRuleRow),
                )
            }
            jobs = session.scalars(
                select(JobRow.job_id).where(JobRow.member_id == member_id, JobRow.state == "running")
            )
            cancelled = jobs.all()
            for job_id in cancelled:
                session.execute(
                    update(JobRow).where(JobRow.job_id == job_id).values(state="cancelled", cancelled_at=now)
                )
                cancel_waiting(session, job_id, now)
            entry = new_entry(
                principal,
                "member.removed",
                "member",
                member_id,
                {"keys": [*sorted(keys)], "jobs_cancelled": [*cancelled], **gone},
                member_id=member_id,
                private={"name": member.name},
            )
            append_entry(session, entry)
            session.execute(delete(CaseRuleRow).where(CaseRuleRow.member_id == member_id))
            for table in (FastTrackRow, TrustedFlaggerRow):  # their changes and steps of misuse stay as proof
                session.execute(delete(table).where(table.member_id == member_id))
            session.delete(member)  # and, by their foreign keys, all rows of accounts and of webhooks that are its

        await self._database.write(work)
