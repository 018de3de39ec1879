"""The OpenAPI document of the HTTP contract. `python -m serving.routes.api` writes serving/openapi.json anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from serving.routes.contract import EXTRA_SCHEMAS, problems

FILE = Path(__file__).parents[1] / "openapi.json"
KEY_SCHEME = "api_key"
OPEN_PATHS = ("/healthz", "/readyz")


def describe_api(app: FastAPI) -> dict[str, Any]:
    """Give the document: FastAPI's own, with the bodies that we read ourselves, the problems, and the key."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    _, extra = models_json_schema(
        [(model, "validation") for model in EXTRA_SCHEMAS], ref_template="#/components/schemas/{model}"
    )
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), **extra["$defs"]}.items()))
    components["securitySchemes"] = {KEY_SCHEME: {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"] |= _refused_everywhere()
            if path not in OPEN_PATHS:
                operation["security"] = [{KEY_SCHEME: []}]
    return document


def _refused_everywhere() -> dict[str, Any]:
    """What the border may answer before any route is asked; JSON has text keys."""
    return {str(status): description for status, description in problems(403).items()}


def write_openapi(document: dict[str, Any], file: Path = FILE) -> None:
    """Write the document as the repository keeps it: sorted and indented, so that a change shows as a small diff."""
    file.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    from serving.app import make_api

    write_openapi(make_api().openapi())
