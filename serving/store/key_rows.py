"""The rows of API keys in the store: looked up at each request, made, replaced and revoked."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Awaitable, Mapping
from typing import cast

from sqlalchemy import Select, Table, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import KeyInactive, KeyNotFound, UserNotFound
from serving.principal import Principal, Scope
from serving.schemas.checks import utc_text
from serving.store.admin_key import refuse_without_admin
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.lists.cursor_row import row_at
from serving.store.member_rows import get_member
from serving.store.tables import ApiKeyRow, MemberProductRow, MemberRow
from serving.store.user_rows import get_user

_KEYS = cast(Table, ApiKeyRow.__table__)
_PRODUCTS = cast(Table, MemberProductRow.__table__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LoginKey:
    """What is asked of a key at each request, with the products of its member now (None for the operator's)."""

    key_id: str
    lineage: str
    sha256: str
    scopes: frozenset[Scope]
    member_id: str | None
    products: frozenset[str] | None
    user_id: str | None
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    replaced_by: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key as it is kept, for people to look at."""

    key_id: str
    label: str
    scopes: frozenset[Scope]
    member_id: str | None
    member_name: str | None
    user_id: str | None
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    last_used_at: datetime.datetime | None
    replaced_by: str | None

    def is_active(self, now: datetime.datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that is being stored."""

    key_id: str
    sha256: str
    label: str
    scopes: frozenset[Scope]
    member_id: str | None = None
    user_id: str | None = None
    expires_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """The key that takes the place of another one, which ends at `old_ends_at`."""

    key_id: str
    sha256: str
    expires_at: datetime.datetime | None
    old_ends_at: datetime.datetime


class KeyRows:
    """The rows of API keys; a member sees its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_for_login(self, key_id: str) -> Awaitable[LoginKey | None]:
        """Give a key with its member's products, None where there is none; by plain rows, since each request asks."""

        def work(session: Session) -> LoginKey | None:
            row = session.execute(_LOGIN.where(_KEYS.c.key_id == key_id)).one_or_none()
            if row is None:
                return None
            return LoginKey(
                key_id=row.key_id,
                lineage=row.lineage,
                sha256=row.sha256,
                scopes=frozenset(row.scopes),
                member_id=row.member_id,
                products=None if row.member_id is None else products_of(session, row.member_id),
                user_id=row.user_id,
                expires_at=row.expires_at,
                revoked_at=row.revoked_at,
                replaced_by=row.replaced_by,
            )

        return self._database.read(work)

    async def has_any(self) -> bool:
        """Whether a key was ever made here; one that is revoked or expired counts."""

        def work(session: Session) -> bool:
            return bool(session.scalar(select(exists().where(_KEYS.c.key_id.is_not(None)))))

        return await self._database.read(work)

    async def find_all(
        self, principal: Principal, *, limit: int | None = None, after: str | None = None
    ) -> list[StoredKey]:
        """Give the keys that the caller sees, newest first: all, or at most `limit` that follow the one with this id.

        Raises CursorInvalid where the caller sees none with this id.
        """

        def work(session: Session) -> list[StoredKey]:
            query = _with_member().order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.key_id).limit(limit)
            if after is not None:
                last = row_at(session, ApiKeyRow, principal, after)
                same_time = and_(ApiKeyRow.created_at == last.created_at, ApiKeyRow.key_id > last.key_id)
                query = query.where(or_(ApiKeyRow.created_at < last.created_at, same_time))
            if not principal.is_operator:
                query = query.where(ApiKeyRow.member_id == principal.member_id)
            return [_stored(row, member_name) for row, member_name in session.execute(query)]

        return await self._database.read(work)

    async def find(self, principal: Principal, key_id: str) -> StoredKey:
        """Give a key; raises KeyNotFound, also for one that the caller may not see."""
        return await self._database.read(lambda session: _read(session, principal, key_id))

    async def add(
        self, principal: Principal, new: NewKey, now: datetime.datetime, *, keep_admin: bool = False
    ) -> StoredKey:
        """Add a key; raises MemberNotFound or UserNotFound, or AdminKeyNeeded where `keep_admin` is set."""

        def work(session: Session) -> StoredKey:
            if new.member_id is not None:
                get_member(session, principal, new.member_id)
            if new.user_id is not None and get_user(session, principal, new.user_id).member_id != new.member_id:
                raise UserNotFound(f"the user {new.user_id[:80]!r} works for another member than the key is for")
            session.add(_row_of(new, lineage=new.key_id, now=now))
            session.flush()
            if keep_admin:
                refuse_without_admin(session, now)
            entry = new_entry(
                principal,
                "key.created",
                "key",
                new.key_id,
                {"scopes": [*sorted(new.scopes)], "expires_at": _text_or_none(new.expires_at)},
                member_id=new.member_id,
                private={"label": new.label},
            )
            append_entry(session, entry)
            return _read(session, principal, new.key_id)

        return await self._database.write(work)

    async def replace(self, principal: Principal, key_id: str, new: Replacement, now: datetime.datetime) -> StoredKey:
        """Add a key with the rights of another one, and let that one end; raises KeyNotFound or KeyInactive."""

        def work(session: Session) -> StoredKey:
            old = _get(session, principal, key_id)
            _refuse_inactive(old, now)
            renewed = NewKey(
                key_id=new.key_id,
                sha256=new.sha256,
                label=old.label,
                scopes=_scopes_of(old),
                member_id=old.member_id,
                user_id=old.user_id,
                expires_at=new.expires_at,
            )
            session.add(_row_of(renewed, lineage=old.lineage, now=now))
            old.replaced_by = new.key_id
            old.expires_at = new.old_ends_at if old.expires_at is None else min(old.expires_at, new.old_ends_at)
            session.flush()
            entry = new_entry(
                principal,
                "key.rotated",
                "key",
                key_id,
                {"replaced_by": new.key_id, "old_ends_at": utc_text(old.expires_at)},
                member_id=old.member_id,
            )
            append_entry(session, entry)
            return _read(session, principal, new.key_id)

        return await self._database.write(work)

    async def revoke(self, principal: Principal, key_id: str, now: datetime.datetime, *, keep_admin: bool) -> StoredKey:
        """Revoke a key, from the commit on; again changes nothing.

        Raises KeyNotFound, or AdminKeyNeeded where `keep_admin` is set.
        """

        def work(session: Session) -> StoredKey:
            row = _get(session, principal, key_id)
            if row.revoked_at is None:
                row.revoked_at = now
                session.flush()
                if keep_admin and row.member_id is None and "admin" in row.scopes:
                    refuse_without_admin(session, now)
                append_entry(session, new_entry(principal, "key.revoked", "key", key_id, member_id=row.member_id))
            return _read(session, principal, key_id)

        return await self._database.write(work)

    async def record_uses(self, used_at: Mapping[str, datetime.datetime]) -> None:
        """Set when keys were last used; an earlier time than the one known changes nothing."""

        def work(session: Session) -> None:
            for key_id, moment in sorted(used_at.items()):
                earlier = or_(_KEYS.c.last_used_at.is_(None), _KEYS.c.last_used_at < moment)
                session.execute(update(_KEYS).where(_KEYS.c.key_id == key_id, earlier).values(last_used_at=moment))

        await self._database.write(work)


_LOGIN = select(
    *(_KEYS.c[name] for name in (
        "key_id", "lineage", "sha256", "scopes", "member_id", "user_id", "expires_at", "revoked_at", "replaced_by",
    ))
)  # fmt: skip


def products_of(session: Session, member_id: str) -> frozenset[str]:
    """Give the products of a member."""
    return frozenset(session.scalars(select(_PRODUCTS.c.product).where(_PRODUCTS.c.member_id == member_id)))


def _with_member() -> Select[ApiKeyRow, str]:
    return select(ApiKeyRow, MemberRow.name).outerjoin(MemberRow, MemberRow.member_id == ApiKeyRow.member_id)


def _get(session: Session, principal: Principal, key_id: str) -> ApiKeyRow:
    row = session.get(ApiKeyRow, key_id)
    if row is None or not (principal.is_operator or principal.member_id == row.member_id):
        raise KeyNotFound(f"no key has the id {key_id[:40]!r}")
    return row


def _read(session: Session, principal: Principal, key_id: str) -> StoredKey:
    _get(session, principal, key_id)
    row, member_name = session.execute(_with_member().where(ApiKeyRow.key_id == key_id)).one()
    return _stored(row, member_name)


def _refuse_inactive(row: ApiKeyRow, now: datetime.datetime) -> None:
    if row.replaced_by is not None:
        raise KeyInactive(f"this key was replaced by {row.replaced_by} already; rotate that one")
    if row.revoked_at is not None:
        raise KeyInactive("this key was revoked, so it cannot be rotated; make another one")
    if row.expires_at is not None and row.expires_at <= now:
        raise KeyInactive("this key has expired, so it cannot be rotated; make another one")


def _scopes_of(row: ApiKeyRow) -> frozenset[Scope]:
    return frozenset(row.scopes)  # type: ignore[arg-type]  # written from scopes


def _stored(row: ApiKeyRow, member_name: str | None) -> StoredKey:
    return StoredKey(
        key_id=row.key_id,
        label=row.label,
        scopes=_scopes_of(row),
        member_id=row.member_id,
        member_name=member_name,
        user_id=row.user_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        replaced_by=row.replaced_by,
    )


def _text_or_none(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _row_of(new: NewKey, *, lineage: str, now: datetime.datetime) -> ApiKeyRow:
    return ApiKeyRow(
        key_id=new.key_id,
        lineage=lineage,
        sha256=new.sha256,
        label=new.label,
        scopes=sorted(new.scopes),
        member_id=new.member_id,
        user_id=new.user_id,
        created_at=now,
        expires_at=new.expires_at,
    )
