"""The OpenAPI document, read for the page."""

import json
import re
import shlex
from typing import Any

import pytest

from serving.pages.api_reference import ApiReference, TypeWord, read_reference
from tests.serving.contract.api_document import api_document


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return api_document()


@pytest.fixture(scope="module")
def reference(document: dict[str, Any]) -> ApiReference:
    return read_reference(document)


def small_document(**operation: Any) -> dict[str, Any]:
    described = {"operationId": "do_it", "tags": ["toys"], "responses": {"204": {"description": "Done"}}, **operation}
    schemas = {
        "Toy": {
            "type": "object",
            "description": "A toy.",
            "required": ["name", "kind", "maker"],
            "properties": {
                "name": {"type": "string", "maxLength": 9, "description": "Its `name`."},
                "kind": {"enum": ["car", "doll"]},
                "maker": {"$ref": "#/components/schemas/Maker"},
                "weights": {"type": "array", "items": {"type": "number"}},
            },
        },
        "Maker": {"type": "object", "required": ["country"], "properties": {"country": {"type": "string"}}},
    }
    return {"paths": {"/toys/{name}": {"put": described}}, "components": {"schemas": schemas}}


def test_every_operation_of_the_document_is_read_once(document: dict[str, Any], reference: ApiReference) -> None:
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    read = [
        (operation.method, operation.path) for operations in reference.operations.values() for operation in operations
    ]
    assert set(read) == described
    assert len(read) == len(described)


def test_every_schema_that_a_type_names_has_a_section(reference: ApiReference) -> None:
    sections = {schema.name for schema in reference.schemas}
    operations = [operation for group in reference.operations.values() for operation in group]
    words = [word for schema in reference.schemas for field in schema.fields for word in field.type_words]
    words += [word for operation in operations for body in operation.bodies for word in body.type_words]
    words += [word for operation in operations for answer in operation.answers for word in answer.type_words]
    named = {word.text for word in words if word.is_schema}
    assert {"Check", "Problem", "PhotoAnswer", "ReviewSent"} <= named <= sections


def test_every_curl_command_is_one_that_a_shell_reads(reference: ApiReference) -> None:
    for operation in (operation for group in reference.operations.values() for operation in group):
        words = shlex.split(operation.curl)
        assert words[0] == "curl"
        assert words[-1] == f"$TOUCHSTONE{operation.path}"
        if "-d" in words:
            json.loads(words[words.index("-d") + 1])


def test_a_body_names_its_fields_and_has_the_smallest_example() -> None:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Toy"}}}}
    [operation] = read_reference(small_document(requestBody=body)).operations["toys"]
    [read] = operation.bodies
    assert json.loads(read.example) == {"name": "", "kind": "car", "maker": {"country": ""}}
    name, kind, maker, weights = read.fields
    assert (name.required, name.limits, name.description) == (True, "at most 9 characters", "Its `name`.")
    assert kind.type_words == (TypeWord(text='"car" or "doll"'),)
    assert maker.type_words == (TypeWord(text="Maker", is_schema=True),)
    assert "".join(word.text for word in weights.type_words) == "list of number"
    assert not weights.required


def test_an_example_in_the_document_is_shown_as_it_is() -> None:
    schema = {"$ref": "#/components/schemas/Toy"}
    example = {"name": "it's", "kind": "doll", "maker": {"country": "FR"}}
    body = {"content": {"application/json": {"schema": schema, "example": example}}}
    [operation] = read_reference(small_document(requestBody=body)).operations["toys"]
    assert json.loads(operation.bodies[0].example) == example
    assert json.loads(shlex.split(operation.curl)[-2]) == example


def test_the_type_of_an_optional_parameter_is_without_null() -> None:
    either = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    parameters = [{"name": "loud", "in": "query", "schema": either, "description": "Whether it makes noise."}]
    [operation] = read_reference(small_document(parameters=parameters)).operations["toys"]
    [loud] = operation.parameters
    assert loud.type_words == (TypeWord(text="boolean"),)
    assert loud.choices == ("true", "false")
    assert not loud.required


def test_anchors_are_unique_and_fit_in_an_address(reference: ApiReference) -> None:
    anchors = [operation.anchor for group in reference.operations.values() for operation in group]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"\w+", anchor) for anchor in anchors)
