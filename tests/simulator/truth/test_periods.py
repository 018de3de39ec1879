"""The periods that end by themselves end when the table says that was worked out by hand."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest

from simulator.truth.periods import complaint_months_end, holder_days_end
from simulator.world.members import COUNTRIES

TABLE = Path(__file__).parents[2] / "serving" / "cases" / "clocks" / "due_times.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = [row for row in csv.DictReader(file) if row["rule"] in ("holder", "complaint")]


@pytest.mark.parametrize("row", [row for row in ROWS if row["country"] in COUNTRIES], ids=lambda row: row["row"])
def test_a_period_ends_when_the_table_says(row: dict[str, str]) -> None:
    start, due = (datetime.datetime.fromisoformat(row[name]) for name in ("start", "due"))
    end = holder_days_end(start) if row["rule"] == "holder" else complaint_months_end(start, row["country"])
    assert end == due
