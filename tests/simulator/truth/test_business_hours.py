"""Due times found by summing and halving are those of the table that was worked out by hand."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest

from simulator.truth.business_hours import after_business_time, business_time
from simulator.world.members import COUNTRIES

TABLE = Path(__file__).parents[2] / "serving" / "cases" / "clocks" / "due_times.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = [
        row
        for row in csv.DictReader(file)
        if row["rule"] == "hours" and row["country"] in COUNTRIES and not row["pauses"]
    ]


def test_the_table_has_rows_of_many_of_our_countries() -> None:
    assert len(ROWS) > 40
    assert len({row["country"] for row in ROWS}) >= 8


@pytest.mark.parametrize("row", ROWS, ids=[row["row"] for row in ROWS])
def test_a_due_time_is_that_of_the_table(row: dict[str, str]) -> None:
    start, due = (datetime.datetime.fromisoformat(row[name]) for name in ("start", "due"))
    hours = datetime.timedelta(hours=float(row["hours"]))
    assert after_business_time(start, hours, row["country"]) == due
    assert business_time(start, due, row["country"]) == hours
