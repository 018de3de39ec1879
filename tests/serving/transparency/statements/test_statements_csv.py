from __future__ import annotations

from serving.routes.openapi.examples_transparency import TRANSPARENCY_EXAMPLES
from serving.schemas.enforcement.transparency import ReasonsStatement
from serving.transparency.statements.statements_csv import COLUMNS, statements_csv


def test_a_statement_is_a_row_with_all_but_the_fields_of_the_database() -> None:
    one = ReasonsStatement.model_validate({**TRANSPARENCY_EXAMPLES["ReasonsStatement"], "facts_added": "-1"})
    header, row = statements_csv([one]).splitlines()
    assert set(COLUMNS) == set(ReasonsStatement.model_fields) - {"statement"}
    assert header == ",".join(COLUMNS)
    assert row.endswith(",'-1")
    assert statements_csv([one], header=False).splitlines() == [row]
