"""Sharing, withdrawing and asking over HTTP."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from tests.serving.builders.group_members import KINDS, Sector, made, text_of
from tests.serving.builders.sample_photos import BLUE, flat_jpeg, jpeg
from tests.serving.routes.accounts_steps import refusal

OTHERS = ("bolt", "cord", "dune")  # enough to tell of a match of unnamed members


def turned(photo: bytes, how: Image.Transpose) -> bytes:
    stream = io.BytesIO()
    Image.open(io.BytesIO(photo)).transpose(how).save(stream, "JPEG", quality=90)
    return stream.getvalue()


@pytest.fixture(scope="module")
def group(sector: Sector) -> str:
    """Acme asks; Bolt, Cord and Dune gave two photos each, of which all have the one of seed 50."""
    group_id = sector.make_group("acme", *OTHERS)
    for seed, name in enumerate(OTHERS, start=51):
        photos = [jpeg(BLUE, seed=50), jpeg(BLUE, seed=seed)]
        attributes = {"email": f" Sales@{name}.example", "note": "call +45 1111 1111"}
        sector.give(name, group_id, photos, seller_id=f"s-{name}", attributes=attributes)
    return group_id


def test_a_known_photo_is_known_in_each_of_its_orientations_and_says_nothing_of_its_givers(
    sector: Sector, group: str
) -> None:
    photo = jpeg(BLUE, seed=51)
    for how in (None, *Image.Transpose):
        asked = photo if how is None else turned(photo, how)
        answer = sector.ask("acme", group, photo=text_of(asked), kinds=["photo_hash"])
        assert answer["known"], how
        (match,) = answer["matches"]
        assert (match["kind"], match["group_id"], match["min_givers"]) == ("photo_hash", group, 1)
        assert (match["distance"], match["distance_limit"]) in {("very_near", 10), ("near", 31)}
        assert match["ask"] == []
        assert not any(secret in str(answer) for secret in (*(sector.ids[name] for name in OTHERS), "bolt", "Bolt"))


def test_another_photo_is_not_known(sector: Sector, group: str) -> None:
    answer = sector.ask("acme", group, photo=text_of(jpeg(BLUE, seed=99)), kinds=["photo_hash"])
    assert (answer["known"], answer["matches"]) == (False, [])
    coverage = {one["kind"]: one["coverage"] for one in answer["kinds"]}
    assert coverage == {
        "photo_hash": "all", "embedding": "not_asked", "seller_id": "not_asked", "seller_contact": "not_asked",
    }  # fmt: skip


def test_of_several_givers_no_more_than_two_are_counted(sector: Sector, group: str) -> None:
    answer = sector.ask("acme", group, photo=text_of(jpeg(BLUE, seed=50)), kinds=["photo_hash"])
    assert answer["matches"][0]["min_givers"] == 2


def test_a_seller_and_its_contacts_are_known_by_keyed_hashes_alone(sector: Sector, group: str) -> None:
    answer = sector.ask("acme", group, seller_id="s-bolt", contacts=["sales@bolt.example", "0045 2222 2222"])
    assert [match["kind"] for match in answer["matches"]] == ["seller_contact", "seller_id"]
    assert all((m["distance"], m["distance_limit"]) == ("equal", 0) for m in answer["matches"])
    assert not sector.ask("acme", group, seller_id="S-bolt")["known"]
    everyones = sector.ask("acme", group, contacts=["0045-1111.1111"])
    assert [match["min_givers"] for match in everyones["matches"]] == [2]


def test_a_check_asks_about_its_photos_and_its_seller(sector: Sector, group: str) -> None:
    sent = {"product": "acme", "seller_id": "s-cord"}
    check_id = sector.confirm("acme", [jpeg(BLUE, seed=52)], **sent)
    answer = sector.ask("acme", group, check_id=check_id)
    assert {match["kind"] for match in answer["matches"]} >= {"photo_hash", "embedding", "seller_id"}
    assert {one["kind"]: one["coverage"] for one in answer["kinds"]}["seller_contact"] == "nothing_to_compare"


def test_one_of_another_or_deleted_check_is_not_asked_about(sector: Sector, group: str) -> None:
    check_id = sector.confirm("bolt", [jpeg(BLUE, seed=53)])
    refused = sector.send("acme", "POST", f"/v1/groups/{group}/questions", {"check_id": check_id})
    assert refusal(refused) == (404, "check_not_found")
    refused = sector.share("acme", group, check_id)
    assert refusal(refused) == (404, "check_not_found")


def test_an_embedding_is_compared_with_those_of_its_bundle(sector: Sector, group: str) -> None:
    answer = sector.ask("acme", group, photo=text_of(jpeg(BLUE, seed=51)), product="acme", kinds=["embedding"])
    (match,) = answer["matches"]
    assert (match["kind"], match["distance"]) == ("embedding", "very_near")
    without = sector.ask("acme", group, photo=text_of(jpeg(BLUE, seed=51)), kinds=["embedding"])
    assert without["kinds"][0] == {"kind": "embedding", "coverage": "nothing_to_compare", "other_bundles": False}


def test_what_one_gave_itself_is_not_known_to_it(sector: Sector, group: str) -> None:
    answer = sector.ask("bolt", group, photo=text_of(jpeg(BLUE, seed=51)), kinds=["photo_hash"])
    assert not answer["known"]


def test_a_match_of_too_few_unnamed_members_is_not_answered(sector: Sector) -> None:
    """With two of them, whoever knows the group would know who gave it, or that both did."""
    group = sector.make_group("acme", "bolt", "cord")
    for name in ("bolt", "cord"):
        sector.give(name, group, [jpeg(BLUE, seed=61)])
    answer = sector.ask("acme", group, photo=text_of(jpeg(BLUE, seed=61)), kinds=["photo_hash"])
    assert not answer["known"]
    assert answer["kinds"][1]["coverage"] == "named_only"
    assert [item["matches"] for item in sector.items("bolt", group)] == [0, 0]
    made(sector.agree("bolt", group, contact="fakes@bolt.example"))
    answer = sector.ask("acme", group, photo=text_of(jpeg(BLUE, seed=61)), kinds=["photo_hash"])
    (match,) = answer["matches"]
    assert match["ask"] == [{"name": "Bolt Company", "contact": "fakes@bolt.example"}]
    assert match["min_givers"] == 1  # Cord's is not counted
    assert {item["kind"]: item["matches"] for item in sector.items("bolt", group)}["photo_hash"] == 1
    assert {item["kind"]: item["matches"] for item in sector.items("cord", group)}["photo_hash"] == 0


def test_items_say_from_which_check_when_and_under_which_agreement(sector: Sector) -> None:
    group = sector.make_group("acme")
    check_id = sector.confirm("acme", [jpeg(BLUE, seed=62), flat_jpeg()], attributes={"phone": "+45 1234 5678"})
    shared = made(sector.share("acme", group, check_id))
    assert shared["skipped"] == [
        {"kind": "seller_id", "photo": None, "reason": "no_seller_id"},
        {"kind": "photo_hash", "photo": 1, "reason": "photo_flat"},
    ]
    (item,) = [item for item in shared["items"] if item["kind"] == "photo_hash"]
    assert (item["check_id"], item["photo"], item["product"], item["member_id"]) == (
        check_id, 0, "acme", sector.ids["acme"],
    )  # fmt: skip
    assert (item["agreement"], item["terms_version"], item["confirmed_by"], item["matches"]) == (1, 1, "review", 0)
    assert {one["kind"] for one in shared["items"]} == {"photo_hash", "embedding", "seller_contact"}
    again = made(sector.share("acme", group, check_id))
    assert again == shared
    assert len(sector.items("acme", group)) == len(shared["items"])


def test_only_what_is_confirmed_as_counterfeit_is_shared_and_counts_while_it_is(sector: Sector) -> None:
    group = sector.make_group("acme", *OTHERS)
    answer = httpx.post(
        f"{sector.site.url}/v1/checks",
        files=[("photos", ("a.jpg", jpeg(BLUE, seed=63), "image/jpeg")), ("listing", (None, b'{"product": "bolt"}'))],
        headers=sector.keys["bolt"],
    )
    check_id = made(answer)["check_id"]
    assert refusal(sector.share("bolt", group, check_id)) == (409, "check_not_confirmed")
    sector.review("bolt", check_id, "counterfeit")
    made(sector.share("bolt", group, check_id, "photo_hash"))
    for name in ("cord", "dune"):
        sector.give(name, group, [jpeg(BLUE, seed=64)], "photo_hash")
    question = {"photo": text_of(jpeg(BLUE, seed=63)), "kinds": ["photo_hash"]}
    assert sector.ask("acme", group, **question)["known"]
    sector.review("bolt", check_id, "genuine")
    assert not sector.ask("acme", group, **question)["known"]
    assert sector.items("bolt", group)[0]["confirmed_by"] is None
    sector.review("bolt", check_id, "counterfeit")
    assert sector.ask("acme", group, **question)["known"]


@pytest.mark.parametrize("what", ["item_id", "check_id", "everything"])
def test_a_withdrawal_holds_at_once(sector: Sector, what: str) -> None:
    group = sector.make_group("acme", *OTHERS)
    given = {name: sector.give(name, group, [jpeg(BLUE, seed=65)], "photo_hash") for name in OTHERS}
    kept = sector.give("bolt", group, [jpeg(BLUE, seed=66)], "photo_hash")
    question = {"photo": text_of(jpeg(BLUE, seed=65)), "kinds": ["photo_hash"]}
    assert sector.ask("acme", group, **question)["matches"][0]["min_givers"] == 2
    for name, check_id in given.items():
        (item,) = [item for item in sector.items(name, group) if item["check_id"] == check_id]
        sent = {"item_id": item["item_id"], "check_id": check_id, "everything": True}[what]
        withdrawn = made(sector.withdraw(name, group, **{what: sent}))["withdrawn"]
        assert withdrawn == (2 if what == "everything" and name == "bolt" else 1)
    assert not sector.ask("acme", group, **question)["known"]
    left = {item["check_id"] for item in sector.items("bolt", group)}
    assert left == (set() if what == "everything" else {kept})
    if what == "item_id":
        assert refusal(sector.withdraw("bolt", group, item_id=item["item_id"])) == (404, "group_item_not_found")


def test_what_is_no_longer_agreed_to_is_withdrawn_and_refused(sector: Sector) -> None:
    group = sector.make_group("acme")
    check_id = sector.give("acme", group, [jpeg(BLUE, seed=67)], "photo_hash", "embedding")
    made(sector.agree("acme", group, shares=[{"kind": "embedding", "product": "acme"}], asks=["seller_id"]))
    assert [item["kind"] for item in sector.items("acme", group)] == ["embedding"]
    assert refusal(sector.share("acme", group, check_id, "photo_hash")) == (409, "group_kind_not_agreed")
    address = f"/v1/groups/{group}/questions"
    for question in ({"photo": "", "kinds": ["photo_hash"]}, {"seller_id": "s", "kinds": ["seller_contact"]}):
        assert refusal(sector.send("acme", "POST", address, question)) == (409, "group_kind_not_agreed")


def test_a_deleted_check_and_an_erased_seller_take_their_items_along(sector: Sector) -> None:
    group = sector.make_group("acme", *OTHERS)
    for name in OTHERS:
        sector.give(name, group, [jpeg(BLUE, seed=68)], seller_id="s-erased")
    mine = sector.give("bolt", group, [jpeg(BLUE, seed=69)])
    made_of = f"/v1/checks/{mine}"
    assert sector.send("bolt", "DELETE", made_of).status_code == 204
    assert mine not in {item["check_id"] for item in sector.items("bolt", group)}
    events = sector.send("bolt", "GET", "/v1/events?types=group.items_withdrawn").json()["events"]
    assert (events[-1]["data"]["reason"], events[-1]["data"]["group_id"]) == ("check_deleted", group)
    assert sector.ask("acme", group, seller_id="s-erased")["known"]
    made(sector.site.http.post("/v1/erasures", json={"seller_id": "s-erased"}))
    assert not sector.ask("acme", group, seller_id="s-erased")["known"]
    assert [sector.items(name, group) for name in OTHERS] == [[], [], []]


def test_the_operator_sees_who_gave_what_and_gives_and_asks_nothing(sector: Sector, group: str) -> None:
    items = sector.send("operator", "GET", f"/v1/groups/{group}/items?limit=200").json()["items"]
    assert {item["member_id"] for item in items} == {sector.ids[name] for name in OTHERS}
    for path, sent in (("items", {"check_id": "x", "kinds": ["embedding"]}), ("questions", {"seller_id": "s"})):
        refused = sector.send("operator", "POST", f"/v1/groups/{group}/{path}", sent)
        assert refusal(refused) == (403, "member_required")


def test_items_come_in_pages_newest_first(sector: Sector, group: str) -> None:
    whole = sector.items("bolt", group)
    address, cursor, found = f"/v1/groups/{group}/items?limit=2", "", []
    while cursor is not None:
        page = sector.send("bolt", "GET", address + (f"&cursor={cursor}" if cursor else "")).json()
        found += page["items"]
        cursor = page["next_cursor"]
    assert found == whole
    assert [item["item_id"] for item in whole] == sorted((item["item_id"] for item in whole), reverse=True)
    only = sector.send("bolt", "GET", f"/v1/groups/{group}/items?kind=seller_id").json()["items"]
    assert [item["kind"] for item in only] == ["seller_id"]
    assert refusal(sector.send("bolt", "GET", f"{address}&cursor=x")) == (422, "cursor_invalid")


def test_questions_are_in_the_audit_log_without_what_was_asked(sector: Sector, group: str) -> None:
    sector.ask("acme", group, seller_id="s-very-secret", contacts=["secret@seller.example"])
    entries = sector.send("acme", "GET", "/v1/audit-log?action=group.asked").json()["entries"]
    assert entries[0]["details"] == {
        "about": "seller", "check_id": None, "kinds": sorted(KINDS), "matched": [], "photos_or_sellers": 2,
    }  # fmt: skip
    assert "secret" not in str(entries)
    seen = sector.send("bolt", "GET", "/v1/audit-log?action=group.asked").json()["entries"]
    assert {entry["member_id"] for entry in seen} <= {sector.ids["bolt"]}


@pytest.mark.parametrize(
    "question",
    [{}, {"photo": "x", "check_id": "y"}, {"seller_id": "s", "check_id": "y"}, {"check_id": "y", "product": "acme"},
     {"seller_id": "s", "kinds": ["iris"]}, {"seller_id": ""}, {"contacts": ["x"] * 21}],
)  # fmt: skip
def test_a_question_that_is_not_one_is_refused(sector: Sector, group: str, question: dict[str, object]) -> None:
    refused = sector.send("acme", "POST", f"/v1/groups/{group}/questions", question)
    assert refusal(refused) == (422, "request_invalid")


def test_a_photo_that_can_not_be_read_is_refused_or_has_nothing_to_compare(sector: Sector, group: str) -> None:
    refused = sector.send("acme", "POST", f"/v1/groups/{group}/questions", {"photo": "!"})
    assert refusal(refused) == (422, "base64_invalid")
    answer = sector.ask("acme", group, photo=text_of(flat_jpeg()), kinds=["photo_hash"])
    assert answer["kinds"][1]["coverage"] == "nothing_to_compare"
