from __future__ import annotations

from serving.routes.api import make_api
from serving.routes.openapi.contract import EXTRA_ANSWERS, EXTRA_SCHEMAS


def test_what_fastapi_does_not_see_has_its_schema() -> None:
    schemas = make_api().openapi()["components"]["schemas"]
    assert {model.__name__ for model in (*EXTRA_SCHEMAS, *EXTRA_ANSWERS)} <= set(schemas)
