"""Due times against a table that was worked by hand from the published calendars, not by this code."""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from pathlib import Path

import pytest

from serving.cases.clocks.business_hours import due_at
from serving.cases.clocks.clock import Clock
from serving.cases.clocks.periods import HolderPeriod, complaint_window

with (Path(__file__).parent / "due_times.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def due_of(row: dict[str, str]) -> datetime.datetime:
    start, country = moment(row["start"]), row["country"]
    if row["rule"] == "holder":
        return HolderPeriod(reached_at=start).ends().at
    if row["rule"] == "complaint":
        return complaint_window(start, country).at
    assert row["rule"] == "hours"
    clock = Clock(country=country, started_at=start, hours=float(row["hours"]))
    for pause in row["pauses"].split():
        stopped, resumed = map(moment, pause.split("/"))
        clock = clock.pause(stopped).resume(resumed)
    due = clock.due()
    assert due is not None
    if not row["pauses"]:
        assert due == due_at(start, float(row["hours"]), country)
    return due.at


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_a_due_time_is_that_of_the_hand_worked_table(row: dict[str, str]) -> None:
    assert set(row) == {"row", "rule", "country", "start", "hours", "pauses", "due", "why"}, "a comma too many"
    due = due_of(row)
    assert due == moment(row["due"]), f"{due.astimezone(moment(row['due']).tzinfo)}: {row['why']}"
    assert due.tzinfo is datetime.UTC


def test_the_table_has_what_it_must_cover() -> None:
    assert len(ROWS) >= 80
    assert len({row["row"] for row in ROWS}) == len(ROWS)
    assert Counter(row["rule"] for row in ROWS).keys() == {"hours", "holder", "complaint"}
    assert sum(bool(row["pauses"]) for row in ROWS) >= 10
    assert len({row["country"] for row in ROWS}) >= 20
