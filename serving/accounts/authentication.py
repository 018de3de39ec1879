"""Authentication: which principal a key belongs to."""

from __future__ import annotations

import asyncio
import datetime
import hmac
import logging

from serving.accounts.key_format import hash_token, key_id_of
from serving.clock import utc_now
from serving.errors import KeyExpired, KeyInvalid, KeyRevoked, Unavailable
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.store.key_rows import KeyRows, LoginKey

FLUSH_S = 60.0  # between two writes of when keys were last used
WATCH_S = 1.0  # between two looks of an open server for a first key, which another process may have made
log = logging.getLogger("touchstone.serving")


class Authenticator:
    """Knows the operator's key of the settings, and looks up every other one at each request.

    Nothing is cached, so a revoked key is refused from the commit on, by every server of the store. `is_open` is true
    while no key exists, neither in the settings nor in the store: then no key is asked for.
    """

    def __init__(self, operator_key: str | None, rows: KeyRows | None) -> None:
        self.is_open = operator_key is None
        self.has_settings_key = operator_key is not None
        self._operator_sha256 = None if operator_key is None else hash_token(operator_key)
        self._operator = None if self._operator_sha256 is None else _operator_of(self._operator_sha256)
        self._rows = rows
        self._used_at: dict[str, datetime.datetime] = {}

    async def identify(self, token: str) -> Principal:
        """Give whose key this is; raises KeyInvalid, KeyExpired, KeyRevoked or StoreUnavailable.

        Hashes are compared in constant time, so that neither content nor length can be measured.
        """
        sha256 = hash_token(token)
        if self._operator is not None and hmac.compare_digest(sha256, self._operator_sha256 or ""):
            return self._operator
        key_id = key_id_of(token)
        key = None if key_id is None or self._rows is None else await self._rows.find_for_login(key_id)
        if key is None or not hmac.compare_digest(sha256, key.sha256):
            raise KeyInvalid("this API key is not known here; check that it was copied whole")
        now = utc_now()
        _refuse_ended(key, now)
        self._used_at[key.key_id] = now
        return Principal(
            name=key.lineage,
            rate_key=key.lineage,
            scopes=key.scopes,
            member_id=key.member_id,
            products=key.products,
            key_id=key.key_id,
            user_id=key.user_id,
            expires_at=key.expires_at,
        )

    async def close_if_keys_exist(self) -> None:
        """Ask for keys from now on if the store has one, whether or not it is still valid."""
        if self.is_open and self._rows is not None and await self._rows.has_any():
            self.is_open = False

    async def watch(self) -> None:
        """Write when keys were last used once a minute, and look for a first key each second; until cancelled."""
        flushed_at = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(WATCH_S if self.is_open else FLUSH_S)
            try:
                await self.close_if_keys_exist()
                if asyncio.get_running_loop().time() - flushed_at >= FLUSH_S:
                    await self.flush_uses()
                    flushed_at = asyncio.get_running_loop().time()
            except Unavailable as error:
                log.warning("the store's keys cannot be reached, which is tried again: %s", error)

    async def flush_uses(self) -> None:
        """Write when keys were last used."""
        used_at, self._used_at = self._used_at, {}
        if used_at and self._rows is not None:
            await self._rows.record_uses(used_at)


def _operator_of(sha256: str) -> Principal:
    """Give the principal of the settings' key; its name is the one that records have had since the first version."""
    return Principal(name=sha256[:16], rate_key=sha256[:16])


def _refuse_ended(key: LoginKey, now: datetime.datetime) -> None:
    if key.revoked_at is not None:
        raise KeyRevoked(f"this API key was revoked at {utc_text(key.revoked_at)}; ask for another one")
    if key.expires_at is not None and key.expires_at <= now:
        replaced = "it was rotated: use the key that replaced it" if key.replaced_by else "ask for another one"
        raise KeyExpired(f"this API key ended at {utc_text(key.expires_at)}; {replaced}")
