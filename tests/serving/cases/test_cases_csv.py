from __future__ import annotations

import csv
import io

from serving.cases.cases_csv import COLUMNS, cases_csv
from serving.routes.openapi.examples_cases import CASE_EXAMPLES
from serving.schemas.enforcement.cases import CaseSummary


def test_a_case_is_a_row_in_which_nothing_is_a_formula() -> None:
    case = CaseSummary.model_validate({**CASE_EXAMPLES["CasePage"]["cases"][0], "reason": '=a"\nb'})
    (row,) = csv.DictReader(io.StringIO(cases_csv([case], header=True)))
    assert tuple(row) == COLUMNS
    assert (row["reason"], row["fast_track"], row["decided_at"]) == ("'=a\"\nb", "false", "")
    assert cases_csv([case], header=False).startswith(case.case_id)
