"""Making, rotating and revoking keys: what a caller may give, and when it takes effect."""

from __future__ import annotations

import dataclasses
import datetime

from serving.accounts.authentication import Authenticator
from serving.accounts.key_format import hash_token, make_secret, shown_prefix
from serving.clock import utc_now
from serving.errors import GrantRefused, RequestInvalid
from serving.principal import Principal, Scope
from serving.schemas.accounts import ApiKey, KeySent, NewApiKey, RotationSent
from serving.schemas.checks import utc_text
from serving.store.key_rows import KeyRows, NewKey, Replacement, StoredKey


class Keys:
    """The keys of one store, as a caller manages them.

    The operator's last key of scope admin stays, unless the settings name a key of their own.
    """

    def __init__(self, rows: KeyRows, authenticator: Authenticator) -> None:
        self._rows = rows
        self._authenticator = authenticator

    async def list(self, principal: Principal, *, limit: int | None = None, after: str | None = None) -> list[ApiKey]:
        """Give the keys that the caller sees, newest first: all, or at most `limit` that follow the one with this id.

        Raises CursorInvalid where the caller sees none with this id.
        """
        now = utc_now()
        return [_shown(key, now) for key in await self._rows.find_all(principal, limit=limit, after=after)]

    async def create(self, principal: Principal, sent: KeySent) -> NewApiKey:
        """Make a key, of the caller's member unless the operator names another.

        Raises GrantRefused, AdminKeyNeeded, MemberNotFound or UserNotFound.
        """
        now, scopes = utc_now(), frozenset(sent.scopes)
        _require_future("expires_at", sent.expires_at, now)
        require_grant(principal, scopes, sent.expires_at)
        secret = make_secret()
        new = NewKey(
            key_id=secret.key_id,
            sha256=hash_token(secret.token),
            label=sent.label,
            scopes=scopes,
            member_id=principal.member_id if sent.member_id is None else sent.member_id,
            user_id=sent.user_id,
            expires_at=sent.expires_at,
        )
        # The first key closes the server: were it another than an admin's, nobody could make the next one.
        made = await self._rows.add(principal, new, now, keep_admin=self._authenticator.is_open)
        await self._authenticator.close_if_keys_exist()
        return _with_secret(made, secret.token, now)

    async def rotate(self, principal: Principal, key_id: str, sent: RotationSent) -> NewApiKey:
        """Replace a key by one of the same rights; both are valid until the overlap is over.

        Raises KeyNotFound, KeyInactive or GrantRefused.
        """
        now = utc_now()
        _require_future("expires_at", sent.expires_at, now)
        old = await self._rows.find(principal, key_id)
        expires_at = old.expires_at if sent.expires_at is None else sent.expires_at
        require_grant(principal, old.scopes, expires_at)
        secret = make_secret()
        new = Replacement(
            key_id=secret.key_id,
            sha256=hash_token(secret.token),
            expires_at=expires_at,
            old_ends_at=now + datetime.timedelta(seconds=sent.overlap_s),
        )
        return _with_secret(await self._rows.replace(principal, key_id, new, now), secret.token, now)

    async def revoke(self, principal: Principal, key_id: str) -> ApiKey:
        """Refuse a key from now on, on every server of the store; raises KeyNotFound or AdminKeyNeeded."""
        now = utc_now()
        keep_admin = not self._authenticator.has_settings_key
        return _shown(await self._rows.revoke(principal, key_id, now, keep_admin=keep_admin), now)


def require_grant(principal: Principal, scopes: frozenset[Scope], expires_at: datetime.datetime | None) -> None:
    """Raise GrantRefused where a key would do more, or live longer, than the one that makes it."""
    more = sorted(scopes - principal.scopes)
    if more:
        raise GrantRefused(f"the key that calls lacks {', '.join(more)}, so it cannot give that to another one")
    own = principal.expires_at
    if own is not None and (expires_at is None or expires_at > own):
        raise GrantRefused(f"the key that calls ends at {utc_text(own)}, so the one that it makes must end by then")


def _require_future(field: str, moment: datetime.datetime | None, now: datetime.datetime) -> None:
    if moment is not None and moment <= now:
        message = f"{utc_text(moment)} is past; send a later time"
        raise RequestInvalid(f"{field}: {message}", [(field, message)])


def _with_secret(key: StoredKey, token: str, now: datetime.datetime) -> NewApiKey:
    return NewApiKey(**_shown(key, now).model_dump(), key=token)


def _shown(key: StoredKey, now: datetime.datetime) -> ApiKey:
    times = ("created_at", "expires_at", "revoked_at", "last_used_at")
    values = dataclasses.asdict(key)
    values |= {name: utc_text(values[name]) for name in times if values[name] is not None}
    return ApiKey.model_validate(
        {
            **values,
            "prefix": shown_prefix(key.key_id),
            "scopes": sorted(key.scopes),
            "state": "active" if key.is_active(now) else "expired" if key.revoked_at is None else "revoked",
        }
    )
