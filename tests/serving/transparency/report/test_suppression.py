from __future__ import annotations

import itertools
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.transparency.report.suppression import Sum, hidden_cells, ranges


def table(*counts: int) -> tuple[dict[str, int], list[Sum]]:
    """Give cells `a`, `b`, … with their total."""
    names = tuple("abcdefgh"[: len(counts)])
    return {**dict(zip(names, counts, strict=True)), "total": sum(counts)}, [Sum(total="total", parts=names)]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((10, 20, 30), set()),  # none is small
        ((0, 20, 30), set()),  # a zero is shown
        ((4, 20, 30), {"a", "b"}),  # alone it would be the total less the others
        ((5, 20, 30), set()),  # 5 is no small count
        ((3, 4, 30), {"a", "b"}),  # 1 to 6 agree with the sum of 7
        ((1, 1, 30), {"a", "b", "c"}),  # a sum of 2 leaves one value alone
        ((4, 1, 30), {"a", "b", "c"}),  # a sum of 5 leaves four values
        ((2, 4, 30), {"a", "b"}),  # a sum of 6 leaves five
        ((3, 0, 0), {"a", "total"}),  # no other part is there, so the total is hidden as well
        ((2, 2, 0), {"a", "b", "total"}),
        ((0, 0, 0), set()),
    ],
)
def test_a_small_count_cannot_be_computed_from_the_others(counts: tuple[int, ...], hidden: set[str]) -> None:
    assert hidden_cells(*table(*counts)) == hidden


def test_a_count_that_tables_share_is_hidden_in_each() -> None:
    counts = {"upheld": 3, "rejected": 40, "open": 50, "decided": 43, "requests": 93, "in_time": 20, "late": 23}
    sums = [
        Sum(total="decided", parts=("upheld", "rejected")),
        Sum(total="requests", parts=("decided", "open")),
        Sum(total="decided", parts=("in_time", "late")),
    ]
    hidden = hidden_cells(counts, sums)
    assert hidden == {"upheld", "rejected"}
    assert ranges(counts, sums, hidden)["upheld"] == (1, 42)


def test_what_the_caller_names_is_protected_however_large_it_is() -> None:
    assert hidden_cells(*table(500, 20, 30), also={"a"}) == {"a", "b"}
    assert hidden_cells(*table(0, 20, 30), also={"a"}) == set()


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=1, max_size=2))
def test_at_least_five_values_of_each_small_count_agree_with_all_that_is_shown(rows: list[list[int]]) -> None:
    """Try every value of the hidden counts of one or two tables, the second of which splits a count of the first."""
    counts = {f"{row}{column}": count for row, cells in enumerate(rows) for column, count in enumerate(cells)}
    sums = [Sum(total="total", parts=("00", "01", "02"))]
    if len(rows) == 2:
        counts["00"] = sum(rows[1])
        sums.append(Sum(total="00", parts=("10", "11", "12")))
    counts["total"] = counts["00"] + counts["01"] + counts["02"]
    hidden = hidden_cells(counts, sums)
    small = [name for name, count in counts.items() if 0 < count < 5]
    assert set(small) <= hidden
    values = _possible(counts, sums, sorted(hidden))
    for name in small:
        assert len(values[name]) >= 5


def _possible(counts: dict[str, int], sums: list[Sum], hidden: list[str]) -> dict[str, set[int]]:
    """Give the values of each hidden count in all tables that agree with what is shown; totals follow from parts."""
    totals = {one.total for one in sums}
    free = [name for name in hidden if name not in totals]
    found: dict[str, set[int]] = {name: set() for name in hidden}
    for tried in itertools.product(range(1, 11), repeat=len(free)):
        values: dict[str, typing.Any] = {**counts, **dict(zip(free, tried, strict=True))}
        for one in reversed(sums):
            total = sum(values[part] for part in one.parts)
            if one.total not in hidden and total != counts[one.total]:
                break
            values[one.total] = total
        else:
            if all(values[name] >= 1 for name in hidden):
                for name in hidden:
                    found[name].add(values[name])
    return found
