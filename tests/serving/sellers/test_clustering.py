from __future__ import annotations

import pytest

from serving.sellers.clustering import Holding, PairLink, Removed, cluster, link_pairs, pair_bits
from serving.sellers.kinds import JOIN_BITS, WEIGHTS, TraceKind

Value = tuple[int, TraceKind, str]


def holdings(*values: Value, holders: int | None = None) -> list[Holding]:
    """Values and the sellers that have each, as one letter a seller."""
    return [
        Holding(party=party, value_id=value_id, kind=kind, holders=holders or len(parties))
        for value_id, kind, parties in values
        for party in parties
    ]


def groups(*values: Value, removed: tuple[Removed, ...] = ()) -> list[str]:
    return ["".join(sorted(group)) for group in cluster(link_pairs(holdings(*values), removed))]


def test_sellers_with_the_same_contact_are_one_cluster_and_others_are_in_none() -> None:
    assert groups((1, "contact", "abc"), (2, "contact", "d"), (3, "photo", "de"), (4, "photo", "de")) == ["abc", "de"]


@pytest.mark.parametrize("kind", WEIGHTS)
def test_what_many_sellers_have_links_none_of_them(kind: TraceKind) -> None:
    common = WEIGHTS[kind].common_from
    shared = holdings((1, kind, "ab"), (2, kind, "ab"), (3, kind, "ab"))
    rare = [Holding(party=one.party, value_id=one.value_id, kind=kind, holders=2) for one in shared]
    many = [Holding(party=one.party, value_id=one.value_id, kind=kind, holders=common) for one in shared]
    [link] = link_pairs(rare)
    assert link.bits > 0
    assert link_pairs(many) == []


def test_a_weak_kind_joins_nobody_alone_and_counts_beside_another() -> None:
    weak: Value = (1, "place", "ab")
    assert groups(weak) == []
    [link] = link_pairs(holdings(weak))
    assert 0 < link.bits < JOIN_BITS
    both = link_pairs(holdings(weak, (2, "contact", "ab")))
    assert pair_bits(both)["a", "b"] == sum(link.bits for link in both)


def test_a_removed_link_joins_nobody_whatever_else_of_its_kind_is_found_and_others_still_do() -> None:
    removed = Removed(left="a", right="b", kind="contact")
    assert groups((1, "contact", "ab"), (2, "contact", "ab"), removed=(removed,)) == []
    assert groups((1, "contact", "abc"), removed=(removed,)) == ["abc"], "both are still one with c"
    assert groups((1, "contact", "ab"), (2, "photo", "ab"), (3, "photo", "ab"), removed=(removed,)) == ["ab"]


def test_two_groups_that_one_thing_alone_joins_stay_two() -> None:
    """One photo stolen from an honest group must not make one cluster of it and the thief's."""
    one: Value = (1, "contact", "abc")
    two: Value = (2, "contact", "xyz")
    assert groups(one, two, (3, "contact", "cx")) == ["abc", "xyz"]
    assert groups(one, two, (3, "contact", "cx"), (4, "contact", "by")) == ["abcxyz"]


def test_no_chain_of_single_links_grows_over_groups() -> None:
    chained: list[Value] = [(number, "contact", parties) for number, parties in enumerate(("abc", "cd", "de", "efg"))]
    found = groups(*chained)
    assert all(len(group) < 7 for group in found)
    assert {"a", "b", "c"} <= set(found[0]) or {"a", "b", "c"} <= set(found[1])


def test_the_order_in_which_values_come_changes_nothing() -> None:
    values: list[Value] = [
        (1, "contact", "abc"), (2, "photo", "cd"), (3, "photo", "cde"), (4, "text", "ax"), (5, "contact", "xyz"),
    ]  # fmt: skip
    assert groups(*values) == groups(*reversed(values))


def test_a_link_says_what_is_shared_and_how_rare_its_rarest_is() -> None:
    values = [*holdings((1, "photo", "ab"), holders=9), *holdings((2, "photo", "ab"), holders=3)]
    [link] = link_pairs(values)
    assert link == PairLink(left="a", right="b", kind="photo", value_ids=(1, 2), holders=3, bits=link.bits)
