"""Keys, members and users, all at once or page by page."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.serving.routes.accounts_steps import add_member, bearer, make_key, refusal
from tests.serving.servers.running import Running


@pytest.fixture
def keyed(start: Callable[..., Running]) -> Running:
    site = start(api_key="the key of the settings")
    for name in ("Brio", "Alpa", "Ceka"):
        member_id = add_member(site, name, name.lower())
        make_key(site, "admin", "read", member_id=member_id)
        for address in (f"{name}@example.org", f"x-{name}@example.org"):
            sent = {"name": "Ann", "email": address, "member_id": member_id}  # who have one name
            assert site.http.post("/v1/users", json=sent).status_code == 201
    return site


@pytest.mark.parametrize(("path", "noun"), [("keys", "key"), ("members", "member"), ("users", "user")])
def test_pages_have_each_entry_once_in_the_order_of_the_whole_list(keyed: Running, path: str, noun: str) -> None:
    whole = keyed.http.get(f"/v1/{path}").json()
    assert whole["next_cursor"] is None
    assert len(whole[path]) == (6 if path == "users" else 3)
    for limit in (1, 2, 200):
        found, cursor = [], None
        while True:
            query = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
            page = keyed.http.get(f"/v1/{path}", params=query).json()
            assert len(page[path]) <= limit
            found += page[path]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == whole[path]
    first = whole[path][0][f"{noun}_id"]
    rest = keyed.http.get(f"/v1/{path}", params={"cursor": first}).json()
    assert rest == {path: whole[path][1:], "next_cursor": None}
    assert refusal(keyed.http.get(f"/v1/{path}?limit=0")) == (422, "request_invalid")
    assert refusal(keyed.http.get(f"/v1/{path}?cursor=nope")) == (422, "cursor_invalid")


def test_a_member_pages_through_its_own_alone_and_a_removed_entry_is_no_place(keyed: Running) -> None:
    alpa, brio, _ceka = (one["member_id"] for one in keyed.http.get("/v1/members").json()["members"])
    key = make_key(keyed, "admin", "read", member_id=alpa)["key"]
    of_others = {"members": brio}
    for path, noun in (("keys", "key"), ("users", "user")):
        listed = keyed.http.get(f"/v1/{path}").json()[path]
        of_others[path] = next(one[f"{noun}_id"] for one in listed if one["member_id"] == brio)
        own = httpx.get(f"{keyed.url}/v1/{path}?limit=1", headers=bearer(key)).json()
        assert own[path][0]["member_id"] == alpa
        assert own["next_cursor"] == own[path][0][f"{noun}_id"]
    for path, cursor in of_others.items():
        answer = httpx.get(f"{keyed.url}/v1/{path}?cursor={cursor}", headers=bearer(key))
        assert refusal(answer) == (422, "cursor_invalid")
    assert keyed.http.delete(f"/v1/members/{brio}").status_code == 204
    for path, cursor in of_others.items():
        assert refusal(keyed.http.get(f"/v1/{path}?cursor={cursor}")) == (422, "cursor_invalid")
