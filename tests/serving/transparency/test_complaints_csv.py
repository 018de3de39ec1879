from __future__ import annotations

from serving.routes.openapi.examples_transparency import TRANSPARENCY_EXAMPLES
from serving.schemas.enforcement.complaints import Complaint
from serving.transparency.complaints_csv import COLUMNS, complaints_csv


def test_a_complaint_is_a_row_with_everything_that_the_api_gives_of_it() -> None:
    complaint = Complaint.model_validate({**TRANSPARENCY_EXAMPLES["Complaint"], "text": "=HYPERLINK(1)"})
    header, row = complaints_csv([complaint]).splitlines()
    assert set(COLUMNS) == set(Complaint.model_fields)
    assert header == ",".join(COLUMNS)
    assert "'=HYPERLINK(1)" in row
