"""Members over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.routes.accounts_steps import add_member, bearer, make_key, refusal
from tests.serving.servers.running import Running, files_of

SENT = {"name": "Korvelle", "category": "home_appliances", "country": "DK", "products": ["b", "a", "b"]}


@pytest.fixture
def keyed(start: Callable[..., Running]) -> Running:
    return start(api_key="the key of the settings")


def test_a_member_is_listed_with_its_products(keyed: Running) -> None:
    made = keyed.http.post("/v1/members", json=SENT)
    assert made.status_code == 201
    assert made.json()["products"] == ["a", "b"]
    assert keyed.http.get("/v1/members").json() == {"members": [made.json()], "next_cursor": None}


def test_names_and_products_are_taken_once(keyed: Running) -> None:
    first = keyed.http.post("/v1/members", json=SENT).json()
    assert refusal(keyed.http.post("/v1/members", json=SENT)) == (409, "member_name_taken")
    other = {**SENT, "name": "Other"}
    assert refusal(keyed.http.post("/v1/members", json=other)) == (409, "product_taken")
    assert len(keyed.http.get("/v1/members").json()["members"]) == 1
    second = keyed.http.post("/v1/members", json={**other, "products": []}).json()
    address = f"/v1/members/{second['member_id']}/products"
    assert refusal(keyed.http.put(address, json={"products": ["a"]})) == (409, "product_taken")
    keyed.http.put(f"/v1/members/{first['member_id']}/products", json={"products": ["b"]})
    assert keyed.http.put(address, json={"products": ["a"]}).json()["products"] == ["a"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("category", "shoes"), ("country", "Denmark"), ("country", "XX"), ("country", "dk"), ("name", ""),
     ("products", [""]), ("products", ["x"] * 1001)],
)  # fmt: skip
def test_a_wrong_field_is_named(keyed: Running, field: str, wrong: object) -> None:
    refused = keyed.http.post("/v1/members", json={**SENT, field: wrong})
    assert refusal(refused) == (422, "request_invalid")
    assert refused.json()["errors"][0]["field"].startswith(field)


def test_a_change_of_products_holds_from_the_next_request_on(keyed: Running) -> None:
    member_id = add_member(keyed, "Acme")
    key = bearer(make_key(keyed, "read", "check", member_id=member_id)["key"])
    check_id = keyed.answer(jpeg())["check_id"]
    (product,) = keyed.http.get("/v1/bundles").json()["bundles"][0]["products"]

    def seen() -> int:
        return httpx.get(f"{keyed.url}/v1/checks/{check_id}", headers=key).status_code

    assert seen() == 404
    keyed.http.put(f"/v1/members/{member_id}/products", json={"products": [product]})
    assert seen() == 200
    keyed.http.put(f"/v1/members/{member_id}/products", json={"products": []})
    assert seen() == 404


def test_a_member_sees_itself_and_changes_no_member(keyed: Running) -> None:
    own, other = add_member(keyed, "Own", "own"), add_member(keyed, "Other", "other")
    admin = bearer(make_key(keyed, "admin", member_id=own)["key"])
    found = httpx.get(f"{keyed.url}/v1/members", headers=admin).json()["members"]
    assert [one["member_id"] for one in found] == [own]
    for member_id in (own, other, "nope"):
        address = f"{keyed.url}/v1/members/{member_id}/products"
        assert refusal(httpx.put(address, json={"products": ["x"]}, headers=admin)) == (403, "operator_required")
    assert refusal(httpx.post(f"{keyed.url}/v1/members", json=SENT, headers=admin)) == (403, "operator_required")
    assert refusal(keyed.http.put("/v1/members/nope/products", json={"products": []})) == (404, "member_not_found")


def test_a_removed_member_leaves_its_checks_and_its_name_to_others(keyed: Running) -> None:
    member_id = add_member(keyed, "Acme", "toy")
    admin = make_key(keyed, "check", "read", "admin", member_id=member_id)["key"]
    check = httpx.post(f"{keyed.url}/v1/checks", files=files_of([jpeg()]), headers=bearer(admin)).json()
    assert refusal(httpx.delete(f"{keyed.url}/v1/members/{member_id}", headers=bearer(admin))) == (
        403,
        "operator_required",
    )
    assert keyed.http.delete(f"/v1/members/{member_id}").status_code == 204
    assert refusal(httpx.get(f"{keyed.url}/v1/checks", headers=bearer(admin))) == (401, "key_invalid")
    assert keyed.http.get(f"/v1/checks/{check['check_id']}").status_code == 200
    assert refusal(keyed.http.delete(f"/v1/members/{member_id}")) == (404, "member_not_found")
    assert add_member(keyed, "Acme", "toy") != member_id
