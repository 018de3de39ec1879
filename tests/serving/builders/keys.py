"""Members and keys in a store, without a server."""

from __future__ import annotations

import asyncio
import datetime

from serving.accounts.key_format import NewSecret, hash_token, make_secret
from serving.principal import SCOPES, SERVER, Scope
from serving.store.key_rows import KeyRows, NewKey
from tests.serving.servers.running import Running


async def add_key(
    rows: KeyRows,
    now: datetime.datetime,
    *,
    scopes: frozenset[Scope] = SCOPES,
    member_id: str | None = None,
    expires_at: datetime.datetime | None = None,
) -> NewSecret:
    """Store a new key, and give it as its holder has it."""
    secret = make_secret()
    new = NewKey(
        key_id=secret.key_id,
        sha256=hash_token(secret.token),
        label="test",
        scopes=scopes,
        member_id=member_id,
        expires_at=expires_at,
    )
    await rows.add(SERVER, new, now)
    return secret


def add_key_to(site: Running, scopes: set[Scope], **key: str | datetime.datetime | None) -> dict[str, str]:
    """Store a new key beside a running server, as another process does; gives the header that sends it."""
    store = site.services.store
    assert store is not None
    now = datetime.datetime.now(datetime.UTC)
    secret = asyncio.run(add_key(store.key_rows, now, scopes=frozenset(scopes), **key))  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {secret.token}"}
