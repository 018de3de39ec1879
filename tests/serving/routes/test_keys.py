"""Keys over HTTP: made, used, rotated, revoked."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from serving.principal import SCOPES
from serving.settings import ServeSettings
from tests.serving.builders.sample_photos import jpeg
from tests.serving.routes.accounts_steps import add_member, bearer, make_key, refusal
from tests.serving.servers.occupied import until
from tests.serving.servers.running import Running, files_of, run_in_thread

KEY = "the key of the settings"


@pytest.fixture(scope="module")
def keyed(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    store = str(tmp_path_factory.mktemp("store"))
    with run_in_thread(ServeSettings(bundle=(tiny_bundle,), store=store, api_key=KEY)) as running:
        yield running


def get(site: Running, path: str, key: str) -> httpx.Response:
    return httpx.get(site.url + path, headers=bearer(key))


def post(site: Running, path: str, key: str, sent: object = None) -> httpx.Response:
    return httpx.post(site.url + path, headers=bearer(key), json=sent)


def listed(site: Running, key_id: str) -> dict[str, object]:
    (found,) = [one for one in site.http.get("/v1/keys").json()["keys"] if one["key_id"] == key_id]
    return dict(found)


def in_days(days: int) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).isoformat()


def test_a_key_is_shown_once_and_listed_without_its_secret(keyed: Running) -> None:
    made = make_key(keyed, "read", label="dashboard", expires_at=in_days(9))
    assert made["key"].startswith(made["prefix"] + "_")
    answer = keyed.http.get("/v1/keys")
    assert made["key"].split("_")[2] not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = listed(keyed, made["key_id"])
    assert (found["label"], found["scopes"], found["state"]) == ("dashboard", ["read"], "active")
    assert found == {name: value for name, value in made.items() if name != "key"}


def test_any_key_may_ask_who_it_is(keyed: Running) -> None:
    member_id = add_member(keyed, "Asker", "asked")
    made = make_key(keyed, "review", member_id=member_id)
    assert get(keyed, "/v1/keys/current", made["key"]).json() == {
        "key_id": made["key_id"],
        "member_id": member_id,
        "scopes": ["review"],
        "products": ["asked"],
        "expires_at": None,
    }
    assert get(keyed, "/v1/keys/current", KEY).json()["key_id"] is None


def test_a_revoked_key_is_refused_by_the_next_request(keyed: Running) -> None:
    made = make_key(keyed, "read")
    assert get(keyed, "/v1/checks", made["key"]).status_code == 200
    for _ in range(2):  # again changes nothing
        assert post(keyed, f"/v1/keys/{made['key_id']}/revoke", KEY).json()["state"] == "revoked"
    assert refusal(get(keyed, "/v1/checks", made["key"])) == (401, "key_revoked")


def test_a_rotation_leaves_no_gap_and_the_new_key_goes_on_where_the_old_one_was(keyed: Running) -> None:
    old = make_key(keyed, "check", "read", label="pipeline")
    sent = {"Idempotency-Key": "across the rotation"}
    first = httpx.post(f"{keyed.url}/v1/checks", files=files_of([jpeg()]), headers=bearer(old["key"]) | sent)
    new = post(keyed, f"/v1/keys/{old['key_id']}/rotate", KEY, {"overlap_s": 3600}).json()
    assert (new["label"], new["scopes"]) == ("pipeline", ["check", "read"])
    for key in (old["key"], new["key"]):
        again = httpx.post(f"{keyed.url}/v1/checks", files=files_of([jpeg()]), headers=bearer(key) | sent)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == first.json()
    assert listed(keyed, old["key_id"])["replaced_by"] == new["key_id"]
    assert refusal(post(keyed, f"/v1/keys/{old['key_id']}/rotate", KEY, {})) == (409, "key_inactive")


def test_without_overlap_the_old_key_ends_at_once(keyed: Running) -> None:
    old = make_key(keyed, "read")
    new = post(keyed, f"/v1/keys/{old['key_id']}/rotate", KEY, {"overlap_s": 0}).json()
    refused = get(keyed, "/v1/checks", old["key"])
    assert refusal(refused) == (401, "key_expired")
    assert "rotated" in refused.json()["detail"]
    assert get(keyed, "/v1/checks", new["key"]).status_code == 200


def test_a_rotation_without_a_body_takes_the_defaults(keyed: Running) -> None:
    old = make_key(keyed, "read")
    answer = keyed.http.post(f"/v1/keys/{old['key_id']}/rotate")
    assert answer.status_code == 201, answer.text
    assert keyed.http.get("/v1/keys/current", headers=bearer(old["key"])).status_code == 200


def test_a_revoked_key_cannot_be_rotated(keyed: Running) -> None:
    made = make_key(keyed, "read")
    post(keyed, f"/v1/keys/{made['key_id']}/revoke", KEY)
    assert refusal(post(keyed, f"/v1/keys/{made['key_id']}/rotate", KEY, {})) == (409, "key_inactive")


def test_a_key_gives_no_more_than_it_has(keyed: Running) -> None:
    member_id = add_member(keyed, "Giver", "given")
    admin = make_key(keyed, "admin", "read", member_id=member_id, expires_at=in_days(30))
    strong = make_key(keyed, "check", member_id=member_id)
    refused = [
        post(keyed, "/v1/keys", admin["key"], {"label": "x", "scopes": ["check"], "expires_at": in_days(1)}),
        post(keyed, "/v1/keys", admin["key"], {"label": "x", "scopes": ["read"]}),
        post(keyed, "/v1/keys", admin["key"], {"label": "x", "scopes": ["read"], "expires_at": in_days(31)}),
        post(keyed, f"/v1/keys/{strong['key_id']}/rotate", admin["key"], {}),
        post(keyed, f"/v1/keys/{admin['key_id']}/rotate", admin["key"], {"expires_at": in_days(31)}),
    ]
    assert {refusal(response) for response in refused} == {(403, "grant_refused")}
    made = make_key(keyed, "read", by=admin["key"], expires_at=in_days(1))
    assert made["member_id"] == member_id
    assert post(keyed, f"/v1/keys/{strong['key_id']}/revoke", admin["key"]).status_code == 200


def test_a_members_admin_manages_its_own_keys_and_sees_no_others(keyed: Running) -> None:
    own, other = add_member(keyed, "Own", "own"), add_member(keyed, "Other", "other")
    admin = make_key(keyed, "admin", "read", member_id=own)
    theirs = make_key(keyed, "read", member_id=other)
    operators = make_key(keyed, "read")
    keys = get(keyed, "/v1/keys", admin["key"]).json()["keys"]
    assert [one["key_id"] for one in keys] == [admin["key_id"]]
    for hidden in (theirs["key_id"], operators["key_id"], "nope"):
        for action in ("rotate", "revoke"):
            assert refusal(post(keyed, f"/v1/keys/{hidden}/{action}", admin["key"], {})) == (404, "key_not_found")
    sent = {"label": "x", "scopes": ["read"], "member_id": other}
    assert refusal(post(keyed, "/v1/keys", admin["key"], sent)) == (404, "member_not_found")
    assert refusal(post(keyed, "/v1/keys", admin["key"], {**sent, "member_id": "nope"})) == (404, "member_not_found")


def test_an_expiry_has_to_be_later_and_with_a_zone(keyed: Running) -> None:
    for wrong in (in_days(-1), "2030-01-01T00:00:00", "soon"):
        refused = post(keyed, "/v1/keys", KEY, {"label": "x", "scopes": ["read"], "expires_at": wrong})
        assert refusal(refused) == (422, "request_invalid")
        assert refused.json()["errors"][0]["field"] == "expires_at"


@pytest.mark.parametrize("scopes", [[], ["write"], ["read"] * (len(SCOPES) + 1), "read"])
def test_scopes_are_some_of_those_that_there_are(keyed: Running, scopes: object) -> None:
    refused = post(keyed, "/v1/keys", KEY, {"label": "x", "scopes": scopes})
    assert refusal(refused) == (422, "request_invalid")


def test_the_last_use_is_shown_within_a_minute(keyed: Running) -> None:
    made = make_key(keyed, "read")
    get(keyed, "/v1/checks", made["key"])
    assert listed(keyed, made["key_id"])["last_used_at"] is None  # not on the path of a request


def test_the_first_key_of_an_open_server_is_an_admins_and_closes_it(start: Callable[..., Running]) -> None:
    site = start()
    refused = site.http.post("/v1/keys", json={"label": "first", "scopes": ["read"]})
    assert refusal(refused) == (409, "admin_key_needed")
    assert site.http.get("/v1/keys").json() == {"keys": [], "next_cursor": None}
    admin = make_key(site, "admin", "read", "check", label="first")
    assert refusal(site.http.get("/v1/keys")) == (401, "key_required")
    assert len(get(site, "/v1/keys", admin["key"]).json()["keys"]) == 1


def test_the_operators_last_admin_key_stays(start: Callable[..., Running]) -> None:
    site = start()
    first = make_key(site, "admin", "read", "check")
    site.http.headers.update(bearer(first["key"]))
    make_key(site, "admin", member_id=add_member(site, "Acme"))
    make_key(site, "read", "check")
    refused = site.http.post(f"/v1/keys/{first['key_id']}/revoke")  # a member's admin is no replacement
    assert refusal(refused) == (409, "admin_key_needed")
    assert listed(site, first["key_id"])["state"] == "active"
    second = site.http.post(f"/v1/keys/{first['key_id']}/rotate", json={"overlap_s": 3600}).json()
    refused = site.http.post(f"/v1/keys/{second['key_id']}/revoke")  # the old one ends in an hour
    assert refusal(refused) == (409, "admin_key_needed")
    assert site.http.post(f"/v1/keys/{first['key_id']}/revoke").status_code == 200


def test_without_a_store_only_the_key_of_the_settings_is_known(start: Callable[..., Running]) -> None:
    site = start(store="none", api_key=KEY)
    assert get(site, "/v1/bundles", KEY).status_code == 200
    assert refusal(get(site, "/v1/keys", KEY)) == (404, "store_disabled")
    until(lambda: site.http.get("/readyz").status_code == 200)
