from __future__ import annotations

from serving.routes.openapi.contract import EXTRA_ANSWERS, EXTRA_SCHEMAS
from tests.serving.contract.api_document import api_document


def test_what_fastapi_does_not_see_has_its_schema() -> None:
    schemas = api_document()["components"]["schemas"]
    assert {model.__name__ for model in (*EXTRA_SCHEMAS, *EXTRA_ANSWERS)} <= set(schemas)
