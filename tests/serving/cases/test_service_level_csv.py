from __future__ import annotations

import csv
import io

from serving.cases.service_level import service_level
from serving.cases.service_level_csv import groups_csv, late_csv
from serving.schemas.enforcement.service_level import LateCase
from serving.store.cases.service_rows import CountedCases, CountedMember, ServiceCounts, ServiceFilter
from tests.serving.cases.test_service_level import COUNTED, NOW


def test_every_group_is_a_row_and_the_first_one_is_all() -> None:
    level = service_level(COUNTED, ServiceFilter(), NOW)
    rows = list(csv.DictReader(io.StringIO(groups_csv(level), newline="")))
    assert [row["group"] for row in rows] == ["total"] + 4 * ["member"] + 2 * ["category"] + 2 * ["country"] + [
        "week",
        "week",
    ]
    assert (rows[0]["cases"], rows[0]["in_time"], rows[0]["share"]) == ("16", "12", repr(12 / 14))
    assert (rows[1]["value"], rows[1]["name"], rows[1]["meets_benchmark"]) == ("a", "Acme", "")


def test_no_cell_is_run_as_a_formula() -> None:
    counted = CountedCases(
        by_member_and_country={("m", "DE"): ServiceCounts(in_time=1)},
        by_day={},
        members={"m": CountedMember(name="=1+1", category="toys")},
    )
    assert ",'=1+1," in groups_csv(service_level(counted, ServiceFilter(), NOW))
    late = LateCase(
        case_id="c", created_at="t", member_id=None, product="@x", country="DE", state="upheld", due_at=None,
        due_calendar="holidays 1 DE, x", decided_at=None, late_by_h=None,
    )  # fmt: skip
    assert late_csv([late], header=False) == 'c,t,,\'@x,DE,upheld,,"holidays 1 DE, x",,\r\n'
    assert late_csv([late], header=True).startswith("case_id,created_at,member_id,product,")
