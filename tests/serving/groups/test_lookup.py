"""One question against banks made by hand."""

from __future__ import annotations

from serving.groups.lookup import Lookup
from serving.groups.matching import Probe
from serving.schemas.enforcement.groups import GroupAnswer, SharedKind
from serving.store.groups.bank import Bank, GiverFound, InForce, ItemWanted, StoredItem

HASH, OTHER = bytes(32), bytes([255] * 32)


def giver(
    name: str, kind: SharedKind = "photo_hash", *, contact: str | None = None, bundle: str | None = None
) -> GiverFound:
    return GiverFound(kind=kind, bundle_sha256=bundle, member_id=name, name=name, contact=contact)


def item(name: str, value: bytes = HASH, kind: SharedKind = "photo_hash", bundle: str | None = None) -> StoredItem:
    return StoredItem(item_id=f"{name}-{value[:1].hex()}", kind=kind, member_id=name, bundle_sha256=bundle, value=value)


def in_force(givers: list[GiverFound], items: list[StoredItem]) -> InForce:
    return InForce(group_id="g", group_name="bank", givers=givers, items=items, questions_left=7)


def asked(probes: list[Probe]) -> Lookup:
    return Lookup(probes=probes, kinds=sorted({probe.kind for probe in probes}))


def answered(lookup: Lookup, found: InForce) -> tuple[GroupAnswer, list[str]]:
    counted = lookup.answer(found)
    return lookup.answered("now"), list(counted)


ABC = [giver(name) for name in "abc"]


def test_what_is_read_is_narrowed_to_what_can_be_near() -> None:
    probes = [
        Probe(kind="photo_hash", value=HASH), Probe(kind="embedding", value=HASH, bundle_sha256="s"),
        Probe(kind="seller_id", digest="d"), Probe(kind="seller_contact", digest="e"),
        Probe(kind="seller_contact", digest="f"),
    ]  # fmt: skip
    assert asked(probes).wanted() == [
        ItemWanted(kind="photo_hash"),
        ItemWanted(kind="embedding", bundle_sha256="s"),
        ItemWanted(kind="seller_contact", digests=["e", "f"]),
        ItemWanted(kind="seller_id", digests=["d"]),
    ]
    assert asked([]).wanted() == []


def test_an_item_that_was_near_and_is_gone_when_the_answer_is_made_does_not_count() -> None:
    lookup = asked([Probe(kind="photo_hash", value=HASH)])
    near = lookup.near(Bank(givers=ABC, items=[item("a"), item("b"), item("b", OTHER)]))
    assert near == ["a-00", "b-00"]
    answer, counted = answered(lookup, in_force(ABC, [item("b")]))
    assert (answer.known, counted, answer.matches[0].min_givers) == (True, ["b-00"], 1)
    answer, counted = answered(lookup, in_force(ABC, []))
    assert (answer.known, answer.matches, list(counted)) == (False, [], [])


def test_where_a_giver_leaves_meanwhile_the_others_count_no_longer_unless_they_are_named() -> None:
    lookup = asked([Probe(kind="photo_hash", value=HASH)])
    lookup.near(Bank(givers=ABC, items=[item("a"), item("b")]))
    answer, counted = answered(lookup, in_force(ABC[:2], [item("a"), item("b")]))
    assert (answer.known, list(counted)) == (False, [])
    left = [ABC[0], giver("b", contact="b@b")]
    answer, counted = answered(lookup, in_force(left, [item("a"), item("b")]))
    assert (answer.known, list(counted)) == (True, ["b-00"])
    assert [one.contact for one in answer.matches[0].ask] == ["b@b"]


def test_unnamed_items_are_not_compared_where_too_few_give_their_kind() -> None:
    lookup = asked([Probe(kind="photo_hash", value=HASH)])
    bank = Bank(givers=[ABC[0], giver("n", contact="n@n")], items=[item("a"), item("n")])
    assert lookup.near(bank) == ["n-00"]
    more = in_force([*ABC, giver("n", contact="n@n")], [item("n")])
    answer, _ = answered(lookup, more)
    assert {one.kind: one.coverage for one in answer.kinds}["photo_hash"] == "named_only"  # as it was searched


def test_givers_of_another_bundle_do_not_hide_those_of_this_one() -> None:
    lookup = asked([Probe(kind="embedding", value=bytes(8), bundle_sha256="one")])
    givers = [giver("a", "embedding", bundle="one"), *(giver(name, "embedding", bundle="two") for name in "bcd")]
    assert lookup.near(Bank(givers=givers, items=[item("a", bytes(8), "embedding", "one")])) == []
    answer, _ = answered(lookup, in_force(givers, []))
    (kind,) = [one for one in answer.kinds if one.kind == "embedding"]
    assert (kind.coverage, kind.other_bundles) == ("named_only", True)
