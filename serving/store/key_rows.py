"""The rows of API keys in the store: looked up at each request, made, replaced and revoked."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Awaitable, Mapping
from typing import cast

from sqlalchemy import Table, exists, or_, select, update
from sqlalchemy.orm import Session

from serving.principal import Scope
from serving.store.database.database import Database
from serving.store.tables import ApiKeyRow, MemberProductRow

_KEYS = cast(Table, ApiKeyRow.__table__)
_PRODUCTS = cast(Table, MemberProductRow.__table__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key as it is kept, with the products of its member now (None for the operator's)."""

    key_id: str
    lineage: str
    sha256: str
    scopes: frozenset[Scope]
    member_id: str | None
    products: frozenset[str] | None
    user_id: str | None
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    last_used_at: datetime.datetime | None
    replaced_by: str | None


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


class KeyRows:
    """The rows of API keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_for_login(self, key_id: str) -> Awaitable[StoredKey | None]:
        """Give a key with its member's products, None where there is none; by plain rows, since each request asks."""

        def work(session: Session) -> StoredKey | None:
            row = session.execute(select(_KEYS).where(_KEYS.c.key_id == key_id)).one_or_none()
            if row is None:
                return None
            return StoredKey(
                key_id=row.key_id,
                lineage=row.lineage,
                sha256=row.sha256,
                scopes=frozenset(row.scopes),
                member_id=row.member_id,
                products=None if row.member_id is None else products_of(session, row.member_id),
                user_id=row.user_id,
                expires_at=row.expires_at,
                revoked_at=row.revoked_at,
                last_used_at=row.last_used_at,
                replaced_by=row.replaced_by,
            )

        return self._database.read(work)

    async def has_any(self) -> bool:
        """Whether a key was ever made here; one that is revoked or expired counts."""

        def work(session: Session) -> bool:
            return bool(session.scalar(select(exists().where(_KEYS.c.key_id.is_not(None)))))

        return await self._database.read(work)

    async def add(self, new: NewKey, now: datetime.datetime) -> None:
        """Add a key."""

        def work(session: Session) -> None:
            session.add(_row_of(new, lineage=new.key_id, now=now))

        await self._database.write(work)

    async def record_uses(self, used_at: Mapping[str, datetime.datetime]) -> None:
        """Set when keys were last used; an earlier time than the one known changes nothing."""

        def work(session: Session) -> None:
            for key_id, moment in sorted(used_at.items()):
                earlier = or_(_KEYS.c.last_used_at.is_(None), _KEYS.c.last_used_at < moment)
                session.execute(update(_KEYS).where(_KEYS.c.key_id == key_id, earlier).values(last_used_at=moment))

        await self._database.write(work)


def products_of(session: Session, member_id: str) -> frozenset[str]:
    """Give the products of a member."""
    return frozenset(session.scalars(select(_PRODUCTS.c.product).where(_PRODUCTS.c.member_id == member_id)))


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
