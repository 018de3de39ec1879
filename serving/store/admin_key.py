"""The last key of the operator that can make others: it cannot be taken away."""

from __future__ import annotations

import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from serving.errors import AdminKeyNeeded
from serving.store.tables import ApiKeyRow


def refuse_without_admin(session: Session, now: datetime.datetime) -> None:
    """Raise AdminKeyNeeded unless the operator has a valid key with the scope admin that no rotation replaced."""
    valid = or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now)
    of_operator = select(ApiKeyRow).where(
        ApiKeyRow.member_id.is_(None), ApiKeyRow.revoked_at.is_(None), ApiKeyRow.replaced_by.is_(None), valid
    )
    if not any("admin" in row.scopes for row in session.scalars(of_operator)):
        raise AdminKeyNeeded(
            "nothing was changed: the operator would be left without a key of scope admin, so that nobody could make "
            "or revoke keys over HTTP; make such a key first, or rotate this one"
        )
