from __future__ import annotations

import pytest

from serving.transparency.report.differencing import Counts, counts_of, exposing_counts, small_changes
from serving.transparency.report.figures import figures_of
from tests.serving.transparency.report.counts import counted


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 7}, {"a": 7}, []),
        ({"a": 7}, {"a": 8}, [("a", 1)]),
        ({"a": 12}, {"a": 8}, [("a", -4)]),
        ({"a": 7}, {"a": 12}, []),
        ({"a": 12}, {"a": 7}, []),
        ({"a": None}, {"a": 7}, []),  # it was 1 to 4, or protected another
        ({"a": 7}, {"a": None}, []),
        ({}, {"t.DK": 3}, [("t.DK", 3)]),  # what is not there is 0
        ({"t.DK": 9}, {}, []),
        # Total and the others tell what the hidden ones changed together.
        ({"t.total": 20, "t.a": 10, "t.b": None}, {"t.total": 25, "t.a": 10, "t.b": None}, []),
        ({"t.total": 20, "t.a": 10, "t.b": None}, {"t.total": 27, "t.a": 15, "t.b": None}, [("t.hidden", 2)]),
        ({"t.total": 20, "t.a": 9, "t.b": None}, {"t.total": 20, "t.a": 9, "t.b": None}, []),
        ({"t.total": None, "t.a": 9, "t.b": None}, {"t.total": 30, "t.a": 9, "t.b": None}, []),
    ],
)
def test_a_change_of_one_to_four_is_found(before: Counts, after: Counts, changes: list[tuple[str, int]]) -> None:
    assert small_changes(before, after) == changes


@pytest.mark.parametrize(
    ("year", "quarters", "exposing"),
    [
        (40, (10, 10, 10, 10), False),  # all of them are shown
        (33, (10, 10, 10, "none"), True),  # the fourth has 3
        (35, (10, 10, 10, "none"), False),
        (30, (10, 10, 10, "none"), False),  # a zero is shown everywhere
        (40, (10, 10, 10, None), True),  # a published quarter hides it, whatever it is
        (40, (10, 10, None, None), True),
        (22, (10, 10, "none", "none"), True),  # at most 2 in either
        (25, (10, 10, "none", "none"), False),
        (3, ("none",) * 4, False),  # nothing to subtract; small counts are hidden anyway
        (28, (10, 10, 10, "none"), False),  # requests of other laws are in the quarters alone
    ],
)
def test_a_year_tells_no_quarter(year: int, quarters: tuple[int | str | None, ...], exposing: bool) -> None:
    published: list[Counts | None] = [None if isinstance(one, str) else {"x": one} for one in quarters]
    assert (exposing_counts({"x": year}, published) == {"x"}) is exposing


def test_every_count_that_is_shown_is_compared() -> None:
    figures = figures_of(counted())
    counts = counts_of(figures)
    shown = {cell.count for table in figures.tables for cell in (table.total, *table.cells)}
    assert shown | {figures.listings_restricted, figures.counter_notices, figures.reinstated} <= set(counts.values())
    assert {"in_time.n", "upheld.n", "precision.n", "decided"} <= counts.keys()
