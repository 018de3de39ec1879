"""What a key may give."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import pytest

from serving.accounts.authentication import Authenticator
from serving.accounts.key_format import key_id_of
from serving.accounts.keys import Keys, require_grant
from serving.audit_log.entry import as_json
from serving.errors import GrantRefused, KeyRevoked
from serving.principal import SCOPES, SERVER, Principal
from serving.schemas.accounts import KeySent, RotationSent
from tests.serving.builders.stores import opened

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
READER = Principal(name="k", rate_key="k", scopes=frozenset({"admin", "read"}), expires_at=NOW + DAY)


@pytest.mark.parametrize(
    ("scopes", "expires_at", "refused"),
    [
        ({"read"}, NOW + DAY, None),
        ({"read", "admin"}, NOW, None),
        ({"read", "check"}, NOW, "lacks check"),
        ({"read"}, NOW + 2 * DAY, "must end by then"),
        ({"read"}, None, "must end by then"),
    ],
)  # fmt: skip
def test_a_key_gives_no_other_scope_and_no_later_end(scopes: set[str], expires_at: object, refused: str | None) -> None:
    grant = (frozenset(scopes), expires_at)
    require_grant(SERVER, *grant)  # type: ignore[arg-type]
    if refused is None:
        require_grant(READER, *grant)  # type: ignore[arg-type]
    else:
        with pytest.raises(GrantRefused, match=refused):
            require_grant(READER, *grant)  # type: ignore[arg-type]


def test_every_change_of_a_key_is_in_the_audit_log_and_no_secret_is(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            authenticator = Authenticator("of the settings", store.key_rows)
            keys = Keys(store.key_rows, authenticator)
            made = await keys.create(SERVER, KeySent(label="pipeline", scopes=["read"]))
            new = await keys.rotate(SERVER, made.key_id, RotationSent())
            await keys.revoke(SERVER, new.key_id)
            await keys.revoke(SERVER, new.key_id)
            with pytest.raises(KeyRevoked):
                await authenticator.identify(new.key)
            entries = [as_json(one) for one in await store.audit_rows.find_after(SERVER, 9)]
            assert [(one["action"], one["object"]) for one in entries] == [
                ("key.created", {"kind": "key", "id": made.key_id}),
                ("key.rotated", {"kind": "key", "id": made.key_id}),
                ("key.revoked", {"kind": "key", "id": new.key_id}),
            ]
            assert made.key not in str(entries)
            assert new.key not in str(entries)
            assert key_id_of(new.key) == new.key_id

    asyncio.run(work())


def test_scopes_are_those_of_the_contract() -> None:
    assert frozenset({"check", "read", "review", "cases", "bundles", "admin"}) == SCOPES
