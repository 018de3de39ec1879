"""The rows of trusted flaggers: a status that an authority gave, as the operator recorded it."""

from __future__ import annotations

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import TrustedFlaggerNotFound
from serving.principal import Principal
from serving.schemas.enforcement.standing import TrustedFlagger, TrustedFlaggerSent
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.member_rows import get_member
from serving.store.tables import TrustedFlaggerRow


class TrustedFlaggerRows:
    """The rows of trusted flaggers. A member sees its own status."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_all(self, principal: Principal) -> list[TrustedFlagger]:
        """Give the statuses, by member."""
        query = select(TrustedFlaggerRow).order_by(TrustedFlaggerRow.member_id)
        if not principal.is_operator:
            query = query.where(TrustedFlaggerRow.member_id == principal.member_id)
        return await self._database.read(lambda session: [_status_of(row) for row in session.scalars(query)])

    async def put(
        self, principal: Principal, member_id: str, sent: TrustedFlaggerSent, now: datetime.datetime
    ) -> TrustedFlagger:
        """Record the status of a member, in place of one before; raises MemberNotFound."""

        def work(session: Session) -> TrustedFlagger:
            get_member(session, principal, member_id)
            row = session.merge(TrustedFlaggerRow(member_id=member_id, noted_at=now, **sent.model_dump()))
            facts = sent.model_dump(mode="json")
            entry = new_entry(principal, "trusted_flagger.recorded", "member", member_id, facts, member_id=member_id)
            append_entry(session, entry)
            return _status_of(row)

        return await self._database.write(work)

    async def delete(self, principal: Principal, member_id: str) -> None:
        """Remove what was recorded; raises TrustedFlaggerNotFound."""

        def work(session: Session) -> None:
            row = session.get(TrustedFlaggerRow, member_id)
            if row is None:
                raise TrustedFlaggerNotFound(f"no status of a trusted flagger is recorded of member {member_id[:80]!r}")
            session.delete(row)
            append_entry(
                session, new_entry(principal, "trusted_flagger.removed", "member", member_id, member_id=member_id)
            )

        await self._database.write(work)


def _status_of(row: TrustedFlaggerRow) -> TrustedFlagger:
    return TrustedFlagger(
        member_id=row.member_id, authority=row.authority, country=row.country, since=row.since, until=row.until
    )
