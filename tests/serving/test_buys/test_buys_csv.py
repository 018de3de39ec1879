from __future__ import annotations

import csv
import io

from serving.schemas.enforcement.buys import BuySummary
from serving.test_buys.buys_csv import COLUMNS, buys_csv

BUY = BuySummary(
    buy_id="b",
    plan_id="p",
    product="toy",
    check_id="c",
    listing_id='=HYPERLINK("x")',
    seller_id="evil\u202ereverse",
    verdict="genuine",
    authenticity=0.9,
    selection="random",
    stratum=0,
    probability=0.125,
    worth=None,
    expected_cost=20.0,
    cost=None,
    currency="EUR",
    state="ordered",
    version=2,
    moved_at="2026-05-01T12:00:00.000Z",
    case_id=None,
)


def test_a_row_has_every_column_and_no_formula() -> None:
    header, row = csv.reader(io.StringIO(buys_csv([BUY])))
    assert tuple(header) == COLUMNS
    found = dict(zip(header, row, strict=True))
    assert found["listing_id"] == '\'=HYPERLINK("x")'
    assert (found["probability"], found["cost"], found["seller_id"]) == ("0.125", "", "evil[U+202E]reverse")
