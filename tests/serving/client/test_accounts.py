from __future__ import annotations

import datetime
from collections.abc import Callable

import httpx
import pytest

from serving.client import Client, KeyRefused, RequestRefused, Retries, Unreachable
from tests.serving.servers.running import Running


def test_members_users_and_keys_are_managed(start: Callable[..., Running]) -> None:
    url = start(api_key="operator").url
    with Client(url, api_key="operator") as operator:
        member = operator.create_member("Korvelle", category="electronics", country="DK")
        assert operator.set_products(member.member_id, ["toy"]).products == ["toy"]
        assert [found.name for found in operator.members()] == ["Korvelle"]
        user = operator.create_user("Mara", "mara@korvelle.example", member_id=member.member_id)
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
        made = operator.create_key(
            "pipeline", ["read", "check"], member_id=member.member_id, user_id=user.user_id, expires_at=end
        )
        with Client(url, api_key=made.key) as brand:
            caller = brand.caller()
            assert (caller.member_id, caller.products, sorted(caller.scopes)) == (
                member.member_id, ["toy"], ["check", "read"],
            )  # fmt: skip
            with pytest.raises(KeyRefused, match="scope_missing"):
                brand.api_keys()
            rotated = operator.rotate_key(made.key_id, overlap_s=3600)
            assert brand.caller().key_id == made.key_id, "the old key is valid beside the new one"
            assert operator.revoke_key(made.key_id).state == "revoked"
            with pytest.raises(KeyRefused) as caught:
                brand.caller()
            assert caught.value.status == 401
        assert rotated.expires_at == made.expires_at
        assert {key.key_id: key.state for key in operator.api_keys()} == {
            made.key_id: "revoked", rotated.key_id: "active",
        }  # fmt: skip
        assert [found.user_id for found in operator.users()] == [user.user_id]
        operator.delete_user(user.user_id)
        assert list(operator.users()) == []
        with pytest.raises(RequestRefused):
            operator.set_products("absent", [])
        with Client(url, api_key=operator.create_key("last", ["read"], member_id=member.member_id).key) as brand:
            assert brand.caller().member_id == member.member_id
            operator.delete_member(member.member_id)
            assert list(operator.members()) == []
            with pytest.raises(KeyRefused, match="key_invalid"):
                brand.caller()
        with pytest.raises(RequestRefused, match="member_not_found"):
            operator.delete_member(member.member_id)


def test_what_makes_something_new_is_not_sent_again_after_a_lost_answer() -> None:
    sent: list[tuple[str, str]] = []

    def lose(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, request.url.path))
        raise httpx.ReadError("reset")

    with Client("http://x", retries=Retries(attempts=3, first_wait_s=0), transport=httpx.MockTransport(lose)) as client:
        for call in (
            lambda: client.create_key("l", ["read"]),
            lambda: client.rotate_key("k"),
            lambda: client.create_member("m", category="toys", country="DK"),
            lambda: client.create_user("u", "u@x.example"),
            lambda: client.create_webhook("https://x"),
            lambda: client.replay_event("w", "e"),
        ):
            sent.clear()
            with pytest.raises(Unreachable):
                call()
            assert len(sent) == 1
        sent.clear()
        with pytest.raises(Unreachable):
            client.revoke_key("a/b")
        assert sent == [("POST", "/v1/keys/a/b/revoke")] * 3  # httpx shows the path unquoted
