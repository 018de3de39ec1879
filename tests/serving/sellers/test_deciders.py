from __future__ import annotations

from serving.sellers.deciders import COMMON_FROM, DECIDERS, links_of
from serving.sellers.kinds import WEIGHTS
from serving.store.sellers.cluster_rows import Held, RemovedPair


def held(value_id: int, kind: str, parties: str) -> list[Held]:
    return [Held(party=party, value_id=value_id, kind=kind, holders=len(parties)) for party in parties]


def test_the_store_is_given_groups_with_the_kinds_of_their_links_and_the_pairs_that_join() -> None:
    has = [*held(1, "contact", "abc"), *held(2, "text", "ab"), *held(3, "place", "xy")]
    groups, kinds = DECIDERS.groups(has, [])
    assert groups == [frozenset("abc")]
    assert kinds == {"a": ["contact", "text"]}
    assert set(DECIDERS.joined(has, [])) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert set(COMMON_FROM) == set(WEIGHTS)


def test_removed_links_are_left_out() -> None:
    removed = [RemovedPair(left="a", right="b", kind="contact")]
    assert links_of(held(1, "contact", "ab"), removed) == []
