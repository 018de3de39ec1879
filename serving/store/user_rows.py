"""The rows of users."""

from __future__ import annotations

import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import EmailTaken, UserNotFound
from serving.principal import Principal
from serving.schemas.accounts import User, UserSent
from serving.schemas.checks import utc_text
from serving.store.admin_key import refuse_without_admin
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.lists.cursor_row import row_at
from serving.store.member_rows import get_member
from serving.store.sortable_id import new_id
from serving.store.tables import ApiKeyRow, UserRow


class UserRows:
    """The rows of users; a member sees its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_all(self, principal: Principal, *, limit: int | None = None, after: str | None = None) -> list[User]:
        """Give the users that the caller sees, by name: all, or at most `limit` that follow the one with this id.

        Raises CursorInvalid where the caller sees none with this id.
        """

        def work(session: Session) -> list[User]:
            users = select(UserRow).order_by(UserRow.name, UserRow.user_id).limit(limit)
            if after is not None:
                last = row_at(session, UserRow, principal, after)
                same_name = and_(UserRow.name == last.name, UserRow.user_id > last.user_id)
                users = users.where(or_(UserRow.name > last.name, same_name))
            if not principal.is_operator:
                users = users.where(UserRow.member_id == principal.member_id)
            return [_user_of(row) for row in session.scalars(users)]

        return await self._database.read(work)

    async def add(self, principal: Principal, sent: UserSent, now: datetime.datetime) -> User:
        """Add a user, of the caller's member unless the operator names another; raises MemberNotFound or EmailTaken."""

        def work(session: Session) -> User:
            member_id = principal.member_id if sent.member_id is None else sent.member_id
            if member_id is not None:
                get_member(session, principal, member_id)
            email = sent.email.lower()
            of_member = UserRow.member_id.is_not_distinct_from(member_id)
            if session.scalar(select(UserRow.user_id).where(of_member, UserRow.email == email)) is not None:
                raise EmailTaken("a user of the same member, or of the operator, has this e-mail address already")
            row = UserRow(user_id=new_id(), name=sent.name, email=email, member_id=member_id, created_at=now)
            session.add(row)
            private = {"name": row.name, "email": row.email}
            entry = new_entry(principal, "user.created", "user", row.user_id, member_id=member_id, private=private)
            append_entry(session, entry)
            return _user_of(row)

        return await self._database.write(work)

    async def remove(self, principal: Principal, user_id: str, now: datetime.datetime, *, keep_admin: bool) -> None:
        """Remove a user and revoke the user's keys; raises UserNotFound, or with `keep_admin` AdminKeyNeeded."""

        def work(session: Session) -> None:
            row = get_user(session, principal, user_id)
            keys = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id, ApiKeyRow.revoked_at.is_(None))
            revoked = session.scalars(keys.order_by(ApiKeyRow.key_id)).all()
            for key in revoked:
                key.revoked_at = now
            session.flush()
            if keep_admin and any(key.member_id is None and "admin" in key.scopes for key in revoked):
                refuse_without_admin(session, now)
            session.delete(row)
            entry = new_entry(
                principal,
                "user.deleted",
                "user",
                user_id,
                {"keys_revoked": [key.key_id for key in revoked]},
                member_id=row.member_id,
            )
            append_entry(session, entry)

        await self._database.write(work)


def get_user(session: Session, principal: Principal, user_id: str) -> UserRow:
    """Give the row of a user; raises UserNotFound, also for one that the caller may not see."""
    row = session.get(UserRow, user_id)
    if row is None or not (principal.is_operator or principal.member_id == row.member_id):
        raise UserNotFound(f"no user has the id {user_id[:80]!r}")
    return row


def _user_of(row: UserRow) -> User:
    return User(
        user_id=row.user_id,
        name=row.name,
        email=row.email,
        member_id=row.member_id,
        created_at=utc_text(row.created_at),
    )
