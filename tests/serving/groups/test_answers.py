from __future__ import annotations

import pytest

from serving.groups.answers import Giver, Matched, make_matches, may_count_unnamed
from serving.schemas.enforcement.groups import SharedKind


def giver(name: str, contact: str | None = None) -> Giver:
    return Giver(member_id=name, name=f"{name} Company", contact=contact)


def hash_of(one: Giver, distance: float = 0) -> Matched:
    return Matched(kind="photo_hash", giver=one, distance=distance)


@pytest.mark.parametrize(
    ("givers", "may"),
    [
        ([], False),
        ([giver("a"), giver("b")], False),
        ([giver("a"), giver("b"), giver("c", "c@c")], False),
        ([giver("a"), giver("b"), giver("b")], False),
        ([giver("a"), giver("b"), giver("c")], True),
    ],
)
def test_unnamed_givers_count_from_three_on(givers: list[Giver], may: bool) -> None:
    assert may_count_unnamed(givers) is may


@pytest.mark.parametrize(
    ("named", "unnamed", "counts", "expected"),
    [
        (0, 0, True, None),
        (0, 1, True, 1),
        (0, 2, True, 2),
        (0, 9, True, 2),
        (0, 9, False, None),
        (1, 0, False, 1),
        (1, 9, False, 1),
        (2, 1, True, 3),
        (2, 9, True, 4),
    ],
)
def test_the_number_of_givers_never_says_that_all_gave_it(
    named: int, unnamed: int, counts: bool, expected: int | None
) -> None:
    matched = [hash_of(giver(f"n{one}", "mail@n")) for one in range(named)]
    matched += [hash_of(giver(f"u{one}")) for one in range(unnamed)]
    found = make_matches("g", "bank", matched + matched, {"photo_hash": counts})
    assert [match.min_givers for match in found] == ([] if expected is None else [expected])
    for match in found:
        assert [one.name for one in match.ask] == [f"n{one} Company" for one in range(named)]


def test_the_nearest_step_of_each_kind_is_answered_and_no_distance() -> None:
    a, counts = giver("a"), dict.fromkeys(("photo_hash", "embedding", "seller_id"), True)
    near = Matched(kind="embedding", giver=a, distance=0.07)
    seller = Matched(kind="seller_id", giver=a, distance=0)
    found = make_matches("g", "bank", [hash_of(a, 30), hash_of(a, 11), near, seller], counts)  # type: ignore[arg-type]
    assert [(match.kind, match.distance, match.distance_limit) for match in found] == [
        ("embedding", "near", 0.1), ("photo_hash", "near", 31), ("seller_id", "equal", 0),
    ]  # fmt: skip


def test_a_distance_of_unnamed_givers_is_left_out_with_them() -> None:
    kind: SharedKind = "photo_hash"
    (match,) = make_matches("g", "bank", [hash_of(giver("a"), 0), hash_of(giver("b", "b@b"), 20)], {kind: False})
    assert (match.distance, match.min_givers) == ("near", 1)
