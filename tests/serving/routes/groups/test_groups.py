"""Groups, invitations and agreements over HTTP."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from tests.serving.builders.group_members import KINDS, Sector, made
from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.routes.accounts_steps import refusal

SHARES = [{"kind": "photo_hash", "product": "acme"}]


def test_a_group_is_made_joined_changed_and_left_and_every_step_is_kept(sector: Sector) -> None:
    sent = {"name": "Toys of the north", "category": "toys", "terms": "First terms."}
    group = made(sector.send("operator", "POST", "/v1/groups", sent))
    assert (group["terms_version"], group["members"], group["state"]) == (1, 0, None)
    address = f"/v1/groups/{group['group_id']}"
    invited = made(sector.send("operator", "POST", f"{address}/members", {"member_id": sector.ids["acme"]}))
    assert (invited["state"], invited["items"], invited["joined_at"]) == ("invited", 0, None)
    assert sector.send("acme", "GET", address).json()["state"] == "invited"
    assert refusal(sector.send("acme", "GET", f"{address}/agreement")) == (409, "group_not_joined")
    asked = sector.send("acme", "POST", f"{address}/questions", {"seller_id": "s"})
    assert refusal(asked) == (409, "group_not_joined")
    agreement = {"terms_version": 1, "shares": SHARES * 2, "asks": ["seller_id"], "contact": " fakes@acme.example "}
    first = made(sector.send("acme", "PUT", f"{address}/agreement", agreement))
    assert (first["agreement"], first["shares"], first["named"]) == (1, SHARES, True)
    assert made(sector.send("acme", "PUT", f"{address}/agreement", agreement)) == first  # again changes nothing
    second = made(sector.send("acme", "PUT", f"{address}/agreement", {**agreement, "contact": None, "watch": True}))
    assert (second["agreement"], second["named"], second["watch"]) == (2, False, True)
    found = sector.send("acme", "GET", address).json()
    assert (found["state"], found["members"], found["agreement"]) == ("joined", 1, second)
    assert sector.send("acme", "GET", f"{address}/agreement").json() == second
    assert made(sector.send("acme", "DELETE", f"{address}/agreement")) == {"withdrawn": 0}
    assert refusal(sector.send("acme", "GET", address)) == (404, "group_not_found")
    kept = sector.send("operator", "GET", f"{address}/agreements").json()["agreements"]
    assert [(one["agreement"], one["ended_at"] is not None) for one in kept] == [(2, True), (1, True)]
    events = sector.send("acme", "GET", "/v1/events?types=group.invited,group.agreed,group.left").json()["events"]
    mine = [event["type"] for event in events if event["data"]["group_id"] == group["group_id"]]
    assert mine == ["group.invited", "group.agreed", "group.agreed", "group.left"]
    entries = sector.send("operator", "GET", f"/v1/audit-log?object_id={group['group_id']}").json()["entries"]
    assert [entry["action"] for entry in reversed(entries)] == [
        "group.created", "group.invited", "group.agreed", "group.agreed", "group.left",
    ]  # fmt: skip
    assert "fakes@acme.example" not in str(entries) + str(events)


def test_new_terms_stop_giving_and_asking_until_they_are_agreed_to(sector: Sector) -> None:
    group = sector.make_group("acme", "bolt")
    check_id = sector.give("acme", group, [jpeg(BLUE, seed=1)], "photo_hash")
    address = f"/v1/groups/{group}"
    assert made(sector.send("operator", "PUT", f"{address}/terms", {"terms": "Other terms."}))["terms_version"] == 2
    found = sector.send("acme", "GET", address).json()
    assert (found["terms"], found["agreement_outdated"]) == ("Other terms.", True)
    outdated = (409, "group_agreement_outdated")
    assert refusal(sector.share("acme", group, check_id)) == outdated
    assert refusal(sector.send("acme", "POST", f"{address}/questions", {"seller_id": "s"})) == outdated
    assert refusal(sector.agree("acme", group)) == outdated
    assert len(sector.items("acme", group)) == 1  # what was given stays
    made(sector.agree("acme", group, terms_version=2))
    made(sector.share("acme", group, check_id))
    assert {item["terms_version"] for item in sector.items("acme", group)} == {1, 2}
    (event,) = [
        event
        for event in sector.send("bolt", "GET", "/v1/events?types=group.terms_changed").json()["events"]
        if event["data"]["group_id"] == group
    ]
    assert event["data"]["terms_version"] == 2


def test_only_members_of_the_category_are_invited_and_only_own_products_are_shared(sector: Sector) -> None:
    sent = {"name": "Shoes", "category": "footwear", "terms": "x"}
    shoes = made(sector.send("operator", "POST", "/v1/groups", sent))["group_id"]
    assert refusal(sector.send("operator", "POST", "/v1/groups", sent)) == (409, "group_name_taken")
    for member_id, code in ((sector.ids["acme"], (409, "group_category_mismatch")), ("x", (404, "member_not_found"))):
        refused = sector.send("operator", "POST", f"/v1/groups/{shoes}/members", {"member_id": member_id})
        assert refusal(refused) == code
    group = sector.make_group("acme")
    shares = [*SHARES, {"kind": "photo_hash", "product": "bolt"}]
    assert refusal(sector.agree("acme", group, shares=shares)) == (422, "group_product_foreign")


def test_members_see_who_agreed_to_be_named_and_the_operator_all(sector: Sector) -> None:
    group = sector.make_group("acme", "bolt", "cord")
    made(sector.agree("bolt", group, contact="fakes@bolt.example"))
    made(sector.send("operator", "POST", f"/v1/groups/{group}/members", {"member_id": sector.ids["dune"]}))

    def seen(name: str) -> list[tuple[str, str, str | None, int | None]]:
        members = sector.send(name, "GET", f"/v1/groups/{group}/members").json()["members"]
        return [(one["name"], one["state"], one["contact"], one["items"]) for one in members]

    bolt = ("Bolt Company", "joined", "fakes@bolt.example")
    assert seen("acme") == [("Acme Company", "joined", None, 0), (*bolt, None)]
    assert seen("operator") == [
        ("Acme Company", "joined", None, 0), (*bolt, 0), ("Cord Company", "joined", None, 0),
        ("Dune Company", "invited", None, 0),
    ]  # fmt: skip
    assert refusal(sector.send("elm", "GET", f"/v1/groups/{group}/members")) == (404, "group_not_found")


def test_groups_and_what_is_shared_come_as_csv_to_whom_they_concern(sector: Sector) -> None:
    group = sector.make_group("acme", "bolt")
    sector.give("acme", group, [jpeg(BLUE, seed=2)], "photo_hash")
    own = rows_of(sector.send("bolt", "GET", "/v1/groups.csv"))
    assert [(row["members"], row["state"]) for row in own if row["group_id"] == group] == [("2", "joined")]
    (item,) = rows_of(sector.send("acme", "GET", f"/v1/groups/{group}/items.csv?kind=photo_hash"))
    assert (item["kind"], item["member_id"], item["matches"]) == ("photo_hash", sector.ids["acme"], "0")
    assert rows_of(sector.send("bolt", "GET", f"/v1/groups/{group}/items.csv")) == []
    members = rows_of(sector.send("operator", "GET", f"/v1/groups/{group}/members.csv"))
    assert [(row["name"], row["items"]) for row in members] == [("Acme Company", "1"), ("Bolt Company", "0")]
    (agreed,) = rows_of(sector.send("acme", "GET", f"/v1/groups/{group}/agreements.csv"))
    assert (agreed["member_id"], agreed["agreement"]) == (sector.ids["acme"], "1")
    assert "photo_hash of " in agreed["shares"]


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("how", ["left", "taken out", "group deleted"])
def test_what_a_member_gave_goes_with_it(sector: Sector, how: str) -> None:
    group = sector.make_group("acme", "bolt")
    sector.give("acme", group, [jpeg(BLUE, seed=2)], "photo_hash", "embedding")
    if how == "left":
        assert made(sector.send("acme", "DELETE", f"/v1/groups/{group}/agreement")) == {"withdrawn": 2}
    elif how == "taken out":
        address = f"/v1/groups/{group}/members/{sector.ids['acme']}"
        assert sector.send("operator", "DELETE", address).status_code == 204
        assert refusal(sector.send("operator", "DELETE", address)) == (404, "member_not_found")
    else:
        assert sector.send("operator", "DELETE", f"/v1/groups/{group}").status_code == 204
    assert refusal(sector.send("acme", "GET", f"/v1/groups/{group}/items")) == (404, "group_not_found")
    events = sector.send("acme", "GET", "/v1/events?types=group.items_withdrawn&limit=200").json()["events"]
    (event,) = [event for event in events if event["data"]["group_id"] == group]
    reason = {"left": "left", "taken out": "removed_from_group", "group deleted": "group_deleted"}[how]
    assert (event["data"]["reason"], event["data"]["items"]) == (reason, 2)
    if how != "group deleted":
        assert sector.send("operator", "GET", f"/v1/groups/{group}/items").json()["items"] == []
        made(sector.send("operator", "POST", f"/v1/groups/{group}/members", {"member_id": sector.ids["acme"]}))
        made(sector.agree("acme", group))
        assert sector.items("acme", group) == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("terms_version", 0), ("shares", [{"kind": "iris", "product": "acme"}]), ("asks", ["iris"]),
     ("contact", "two\nlines"), ("contact", ""), ("watch", None), ("more", 1)],
)  # fmt: skip
def test_a_wrong_field_of_an_agreement_is_named(sector: Sector, field: str, wrong: object) -> None:
    group = sector.make_group("acme")
    refused = sector.agree("acme", group, **{field: wrong})
    assert refusal(refused) == (422, "request_invalid")
    assert refused.json()["errors"][0]["field"].startswith(field)


def test_the_operator_agrees_for_nobody(sector: Sector) -> None:
    group = sector.make_group("acme")
    sent = {"terms_version": 1, "shares": [], "asks": list(KINDS)}
    assert refusal(sector.send("operator", "PUT", f"/v1/groups/{group}/agreement", sent)) == (403, "member_required")


def test_a_removed_member_leaves_nothing_in_its_groups(sector: Sector) -> None:
    group = sector.make_group("elm")
    sector.give("elm", group, [jpeg(BLUE, seed=3)], "photo_hash")
    response = httpx.delete(f"{sector.site.url}/v1/members/{sector.ids['elm']}", headers=dict(sector.site.http.headers))
    assert response.status_code == 204
    for part in ("items", "members", "agreements"):
        assert sector.send("operator", "GET", f"/v1/groups/{group}/{part}").json()[part] == []
    entries = sector.send("operator", "GET", "/v1/audit-log?action=member.removed").json()["entries"]
    assert (entries[0]["details"]["groups"], entries[0]["details"]["group_items"]) == (1, 1)
