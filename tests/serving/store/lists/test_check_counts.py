from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from serving.principal import SERVER
from serving.schemas.check_lists import ValueCount
from serving.store.lists.check_counts import count_checks
from serving.store.lists.check_list import CheckFilter
from tests.serving.builders.stored_checks import many_rows, write_rows
from tests.serving.builders.stores import Place

ROWS = many_rows(90, random.Random(5))
CASES: list[dict[str, Any]] = [
    {},
    {"product": "toy"},
    {"outcome": "review"},
    {"decision": "none"},
    {"decision": "decided", "outcome": "genuine"},
    {"decision": "genuine", "seller_id": "s1"},
    {"reviewed": False},
    {"queue": True},
    {"queue": True, "product": "mug", "seller_id": "s2"},
    {"min_uncertainty": 0.5, "outcome": "review"},
    {"listing_id": "l1"},
]


def keeps(row: dict[str, Any], filters: dict[str, Any], *left_out: str) -> bool:
    """Whether the filters keep a row; written anew, and slowly, to compare with."""
    checks: dict[str, Callable[[Any], bool]] = {
        "product": lambda value: row["product"] == value,
        "outcome": lambda value: row["outcome"] == value,
        "seller_id": lambda value: row["seller_id"] == value,
        "listing_id": lambda value: row["listing_id"] == value,
        "reviewed": lambda value: (row["decision"] is not None) == value,
        "min_uncertainty": lambda value: row["uncertainty"] is not None and row["uncertainty"] >= value,
        "decision": lambda value: (
            (row["decision"] or "none") == value or (value == "decided" and row["decision"] is not None)
        ),
        "queue": lambda value: row["outcome"] in ("review", "unsupported") and row["decision"] is None,
    }
    return all(checks[name](value) for name, value in filters.items() if name not in left_out)


@pytest.mark.parametrize("filters", CASES, ids=str)
def test_counts_are_those_of_the_rows(place: Place, filters: dict[str, Any]) -> None:
    with write_rows(place, ROWS) as session:
        counts = count_checks(session, SERVER, CheckFilter(**filters))
    assert counts.total == sum(keeps(row, filters) for row in ROWS)
    queue = {"queue": True, **{name: value for name, value in filters.items() if name not in ("outcome", "decision")}}
    queue.pop("reviewed", None)
    assert counts.queue == sum(keeps(row, queue) for row in ROWS)
    for name, facet, left_out in (
        ("product", counts.product, ()),
        ("outcome", counts.outcome, ()),
        ("seller_id", counts.seller_id, ()),
        ("decision", counts.decision, ("reviewed",)),
    ):
        if filters.get("queue") and name == "decision":
            continue  # tested below: the queue has undecided checks only
        found = Counter(row[name] or "none" for row in ROWS if keeps(row, filters, name, *left_out))
        found.pop("none" if name == "seller_id" else "", None)
        assert Counter({one.value: one.checks for one in facet}) == found, name
        assert [one.checks for one in facet] == sorted(found.values(), reverse=True)


def test_in_the_queue_other_decisions_are_counted_among_the_outcomes_that_ask_for_a_person(place: Place) -> None:
    with write_rows(place, ROWS) as session:
        counts = count_checks(session, SERVER, CheckFilter(queue=True))
    asked = Counter(row["decision"] or "none" for row in ROWS if row["outcome"] in ("review", "unsupported"))
    assert Counter({one.value: one.checks for one in counts.decision}) == asked
    assert counts.total == counts.queue == asked["none"]


def test_a_filter_that_nothing_matches_gives_no_counts_but_those_of_other_sellers(place: Place) -> None:
    named = [row for row in ROWS if row["seller_id"] == "s1"]
    with write_rows(place, named) as session:
        counts = count_checks(session, SERVER, CheckFilter(seller_id="nobody"))
    assert (counts.total, counts.queue, counts.product) == (0, 0, [])
    assert counts.seller_id == [ValueCount(value="s1", checks=len(named))]
