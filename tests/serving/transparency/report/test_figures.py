from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.schemas.enforcement.transparency import ReportFigures, ReportShare, ReportTable
from serving.store.transparency.period_counts import Estimate, Tally
from serving.transparency.report.figures import figures_of
from tests.serving.transparency.report.counts import COUNTS, counted


def table_of(figures: ReportFigures, key: str) -> ReportTable:
    return next(table for table in figures.tables if table.key == key)


def cells_of(figures: ReportFigures, key: str) -> dict[str, int | None]:
    table = table_of(figures, key)
    return {cell.key: cell.count for cell in (table.total, *table.cells)}


def share_of(figures: ReportFigures, key: str) -> ReportShare:
    return next(share for share in figures.shares if share.key == key)


def test_counts_without_small_ones_are_shown_with_their_totals() -> None:
    figures = figures_of(COUNTS)
    assert cells_of(figures, "requests_by_outcome") == {
        "total": 200,
        "upheld": 120,
        "rejected": 60,
        "withdrawn": 10,
        "open": 10,
    }
    assert cells_of(figures, "requests_by_country") == {"total": 200, "DE": 150, "FR": 50}
    assert not [cell for table in figures.tables for cell in (table.total, *table.cells) if cell.hidden]
    assert (figures.median_hours, figures.listings_restricted) == (11.3, 300)


def test_shares_have_their_interval_and_what_they_are_of() -> None:
    figures = figures_of(COUNTS)
    in_time, upheld = share_of(figures, "in_time"), share_of(figures, "upheld")
    assert (in_time.share, in_time.low, in_time.high, in_time.n) == (0.9341, 0.8883, 0.9619, 182)
    assert (upheld.share, upheld.n) == (0.6667, 180)
    assert share_of(figures, "complaints_reversed").n == 15  # of those decided
    assert share_of(figures, "flags_confirmed").share == 0.9


def test_a_small_outcome_is_hidden_with_another_one_and_with_its_share() -> None:
    figures = figures_of(counted(by_outcome={"upheld": 120, "rejected": 3, "withdrawn": 10, "open": 67}))
    assert cells_of(figures, "requests_by_outcome") == {
        "total": 200,
        "upheld": 120,
        "rejected": None,
        "withdrawn": None,
        "open": 67,
    }
    upheld = share_of(figures, "upheld")
    assert upheld.hidden
    assert upheld.n is None


def test_a_country_of_one_member_is_hidden_however_many_requests_it_has() -> None:
    countries = {"DE": Tally(count=150, members=5), "FR": Tally(count=40, members=1), "IT": Tally(count=10, members=3)}
    assert cells_of(figures_of(counted(by_country=countries)), "requests_by_country") == {
        "total": 200,
        "DE": 150,
        "FR": None,
        "IT": None,
    }


def test_a_country_of_own_findings_alone_names_no_member() -> None:
    countries = {"DE": Tally(count=180, members=5), "FR": Tally(count=20, members=0)}
    assert cells_of(figures_of(counted(by_country=countries)), "requests_by_country")["FR"] == 20


def test_an_estimate_of_few_test_buys_and_an_undefined_one_are_left_empty() -> None:
    few = Estimate(value=1.0, low=0.4, high=1.0, n=4)
    none = Estimate(value=None, low=None, high=None, n=0)
    precision, recall = figures_of(counted(precision=few, recall=none)).estimates
    assert (precision.value, precision.hidden) == (None, True)
    assert (recall.value, recall.hidden, recall.n) == (None, False, 0)


def test_a_median_of_few_decisions_is_hidden() -> None:
    outcome = {"upheld": 2, "rejected": 2, "withdrawn": 0, "open": 196}
    assert figures_of(counted(by_outcome=outcome)).median_hours is None


SMALL = st.integers(0, 9)


@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(SMALL, min_size=12, max_size=12))
def test_no_small_count_is_shown_anywhere(numbers: list[int]) -> None:
    figures = figures_of(
        counted(
            by_source={"member": sum(numbers[:4]), "own": 0},
            by_country={"DE": Tally(count=sum(numbers[:4]), members=9)},
            by_category={"toys": Tally(count=sum(numbers[:4]), members=9)},
            by_ground={"design": Tally(count=sum(numbers[:4]), members=9)},
            by_outcome=dict(zip(("upheld", "rejected", "withdrawn", "open"), numbers[:4], strict=True)),
            complaints_by_outcome=dict(zip(("confirmed", "reversed", "open"), numbers[4:7], strict=True)),
            complaints_by_side={"notifier": sum(numbers[4:7]), "seller": 0},
            flags_confirmed=numbers[7],
            flags_refuted=numbers[8],
            counter_notices=numbers[9],
            reinstated=numbers[10],
            listings_restricted=numbers[11],
        )
    )
    shown: list[Any] = [cell.count for table in figures.tables for cell in (table.total, *table.cells)]
    shown += [figures.counter_notices, figures.reinstated, figures.listings_restricted]
    assert not [count for count in shown if count is not None and 0 < count < 5]
    for share in figures.shares:
        if share.share is not None:
            assert share.n is not None
            assert all(hits == 0 or hits >= 5 for hits in (round(share.share * share.n), share.n))


@pytest.mark.parametrize("word", ["seller", "member_id", "Acme"])
def test_the_figures_have_no_field_in_which_somebody_could_be_named(word: str) -> None:
    text = figures_of(COUNTS).model_dump_json(exclude={"rule"}).replace('"key":"seller"', "")
    assert word not in text
