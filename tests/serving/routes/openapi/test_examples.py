"""The OpenAPI document explains itself: words for every field, examples that are true, names that read well."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from serving.routes.api import ALL_EXAMPLES
from serving.routes.openapi.examples import PROBLEM_EXAMPLES
from tests.serving.contract.api_document import api_document
from tests.test_docs import documented_errors

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api_document()))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
JSON_TYPES = ("application/json", "application/problem+json")


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every body that is sent or answered: where, its media type, and what the document has about it."""
    for name, operation in OPERATIONS:
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name} body", kind, content
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                yield f"{name} {status}", kind, content


def faults(schema: dict[str, Any], value: object) -> list[str]:
    return [
        error.message
        for error in Draft202012Validator({**schema, "components": DOCUMENT["components"]}).iter_errors(value)
    ]


def test_every_field_of_every_schema_has_a_description() -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, found in schema.get("properties", {}).items()
        if not found.get("description")
    ]
    assert bare == []
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []
    assert sum(len(schema.get("properties", {})) for schema in SCHEMAS.values()) > 150


def test_every_parameter_operation_and_answer_has_a_description() -> None:
    bare = [
        f"{name} {parameter['name']}"
        for name, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]
    assert bare == []
    assert [
        name for name, operation in OPERATIONS if not operation.get("summary") or not operation.get("description")
    ] == []
    answers = [(name, status, found) for name, one in OPERATIONS for status, found in one["responses"].items()]
    assert [
        (name, status) for name, status, found in answers if found["description"] in ("", "Successful Response")
    ] == []


def test_every_body_of_json_has_an_example_that_its_schema_takes() -> None:
    checked = 0
    for where, kind, content in bodies():
        if kind not in JSON_TYPES and not kind.startswith("multipart/"):
            continue
        schema = content["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        examples = [content["example"]] if "example" in content else SCHEMAS[name].get("examples", [])
        assert examples, f"{where}: no example of {name or kind}"
        for example in examples:
            assert faults(schema, example) == [], where
            checked += 1
    assert checked > 60


@pytest.mark.parametrize("name", sorted(ALL_EXAMPLES))
def test_an_example_has_every_field_of_its_schema_and_no_other(name: str) -> None:
    """A reader learns the fields from it, so none is left out where the schema always gives it."""
    assert faults({"$ref": f"#/components/schemas/{name}"}, ALL_EXAMPLES[name]) == []
    assert set(ALL_EXAMPLES[name]) <= set(SCHEMAS[name]["properties"])
    assert set(SCHEMAS[name].get("required", [])) <= set(ALL_EXAMPLES[name])


def test_a_wrong_example_would_be_found() -> None:
    assert faults({"$ref": "#/components/schemas/Check"}, {**ALL_EXAMPLES["Check"], "outcome": "maybe"})
    assert faults({"$ref": "#/components/schemas/Check"}, {"check_id": "c"})


def test_the_examples_of_problems_have_codes_that_exist_with_their_status() -> None:
    documented = documented_errors()
    assert {status: documented[code] for status, (_, _, code) in PROBLEM_EXAMPLES.items()} == {
        status: str(status) for status in PROBLEM_EXAMPLES
    }
    for where, kind, content in bodies():
        if kind == "application/problem+json":
            assert content["example"]["status"] == int(where.rpartition(" ")[2])


def test_operation_ids_are_snake_case_and_unique() -> None:
    ids = [operation["operationId"] for _, operation in OPERATIONS]
    assert [one for one, times in Counter(ids).items() if times > 1] == []
    assert [one for one in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)*", one)] == []
    assert {"create_check", "list_checks", "get_check", "delete_check", "create_review"} <= set(ids)
