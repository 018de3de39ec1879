"""Users over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.serving.routes.accounts_steps import add_member, bearer, make_key, refusal
from tests.serving.servers.running import Running


@pytest.fixture
def keyed(start: Callable[..., Running]) -> Running:
    return start(api_key="the key of the settings")


def add_user(site: Running, email: str, member_id: str | None = None) -> str:
    response = site.http.post("/v1/users", json={"name": "Ann", "email": email, "member_id": member_id})
    assert response.status_code == 201, response.text
    user_id: str = response.json()["user_id"]
    return user_id


def test_removing_a_user_revokes_the_users_keys_at_once(keyed: Running) -> None:
    user_id = add_user(keyed, "ann@example.org")
    key = make_key(keyed, "read", user_id=user_id)
    other = make_key(keyed, "read")
    assert keyed.http.delete(f"/v1/users/{user_id}").status_code == 204
    assert refusal(httpx.get(f"{keyed.url}/v1/checks", headers=bearer(key["key"]))) == (401, "key_revoked")
    assert httpx.get(f"{keyed.url}/v1/checks", headers=bearer(other["key"])).status_code == 200
    assert keyed.http.get("/v1/users").json() == {"users": [], "next_cursor": None}
    assert refusal(keyed.http.delete(f"/v1/users/{user_id}")) == (404, "user_not_found")


def test_an_address_is_one_users_in_whatever_case(keyed: Running) -> None:
    add_user(keyed, "Ann@Example.org")
    again = keyed.http.post("/v1/users", json={"name": "Ann", "email": "ann@example.ORG"})
    assert refusal(again) == (409, "email_taken")


def test_nobody_finds_out_whom_another_member_employs(keyed: Running) -> None:
    own, other = add_member(keyed, "Own"), add_member(keyed, "Other")
    add_user(keyed, "ann@example.org", other)
    add_user(keyed, "ann@example.org")
    admin = bearer(make_key(keyed, "admin", member_id=own)["key"])
    sent = {"name": "Ann", "email": "Ann@example.org"}
    assert httpx.post(f"{keyed.url}/v1/users", json=sent, headers=admin).status_code == 201
    assert refusal(httpx.post(f"{keyed.url}/v1/users", json=sent, headers=admin)) == (409, "email_taken")


@pytest.mark.parametrize("email", ["ann", "ann@", "@b", "a b@c", "a@b@c", "a@" + "b" * 320])
def test_what_is_no_address_is_refused(keyed: Running, email: str) -> None:
    refused = keyed.http.post("/v1/users", json={"name": "Ann", "email": email})
    assert refusal(refused) == (422, "request_invalid")


def test_a_member_manages_its_own_users(keyed: Running) -> None:
    own, other = add_member(keyed, "Own"), add_member(keyed, "Other")
    admin = bearer(make_key(keyed, "admin", member_id=own)["key"])
    theirs, operators = add_user(keyed, "x@example.org", other), add_user(keyed, "y@example.org")
    made = httpx.post(f"{keyed.url}/v1/users", json={"name": "Bo", "email": "b@example.org"}, headers=admin).json()
    assert made["member_id"] == own
    found = httpx.get(f"{keyed.url}/v1/users", headers=admin).json()["users"]
    assert [one["user_id"] for one in found] == [made["user_id"]]
    for hidden in (theirs, operators, "nope"):
        assert refusal(httpx.delete(f"{keyed.url}/v1/users/{hidden}", headers=admin)) == (404, "user_not_found")
        sent = {"label": "x", "scopes": ["admin"], "user_id": hidden}
        assert refusal(httpx.post(f"{keyed.url}/v1/keys", json=sent, headers=admin)) == (404, "user_not_found")
    assert len(keyed.http.get("/v1/users").json()["users"]) == 3


def test_a_key_and_its_user_are_of_one_member(keyed: Running) -> None:
    user_id = add_user(keyed, "x@example.org", add_member(keyed, "Own"))
    refused = keyed.http.post("/v1/keys", json={"label": "x", "scopes": ["read"], "user_id": user_id})
    assert refusal(refused) == (404, "user_not_found")
