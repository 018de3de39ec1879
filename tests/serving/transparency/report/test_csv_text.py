from __future__ import annotations

import csv

from serving.schemas.enforcement.transparency import TransparencyReport
from serving.transparency.report.csv_text import HEADER, csv_of
from serving.transparency.report.figures import figures_of
from tests.serving.transparency.report.counts import counted

REPORT = TransparencyReport(
    quarter="2026-Q1",
    since="2026-01-01T00:00:00.000Z",
    until="2026-04-01T00:00:00.000Z",
    version=2,
    computed_at="2026-04-02T00:00:00.000Z",
    published_at="2026-04-02T00:00:00.000Z",
    figures=figures_of(counted(by_outcome={"upheld": 120, "rejected": 3, "withdrawn": 10, "open": 67})),
)


def test_every_figure_has_a_row_and_a_hidden_one_no_value() -> None:
    header, *rows = csv.reader(csv_of(REPORT).splitlines())
    assert tuple(header) == HEADER
    by_key = {(row[2], row[3]): row for row in rows}
    assert by_key["requests_by_outcome", "upheld"][4:] == ["120", "", "", "", "false"]
    assert by_key["requests_by_outcome", "rejected"][4:] == ["", "", "", "", "true"]
    assert by_key["shares", "in_time"][4:] == ["0.9341", "0.8883", "0.9619", "182", "false"]
    assert by_key["other", "median_hours"][4] == "11.3"
    assert {tuple(row[:2]) for row in rows} == {("2026-Q1", "2")}


def test_a_draft_is_marked_as_one() -> None:
    draft = REPORT.model_copy(update={"version": None, "published_at": None})
    assert csv_of(draft).splitlines()[1].startswith("2026-Q1,draft,")
