"""The OpenAPI document as the API page shows it: operations by tag, with their fields, and the schemas they use.

References are not expanded: a field names its schema, and the page links to that schema's own section.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")  # HEAD answers wherever GET does; the page says so once
JSON = "application/json"
FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWord:
    """One word of a type: plain text, or the name of a schema that has a section of its own."""

    text: str
    is_schema: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a field of a body: `where` is `path`, `query`, `header` or `body`."""

    name: str
    where: str
    type_words: tuple[TypeWord, ...]
    required: bool
    limits: str
    description: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A request's body in one media type; `example` is its text, or empty for a form."""

    media_type: str
    type_words: tuple[TypeWord, ...]
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of an operation by its status."""

    status: str
    description: str
    media_type: str
    type_words: tuple[TypeWord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of a path: what it takes, what it answers, and a curl command that calls it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    parameters: tuple[Field, ...]
    bodies: tuple[Body, ...]
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A named JSON object of the document and its fields."""

    name: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiReference:
    """Operations by tag, in the order of the document, and all schemas by name."""

    operations: dict[str, tuple[Operation, ...]]
    schemas: tuple[Schema, ...]


def read_reference(document: JsonObject) -> ApiReference:
    """Read an OpenAPI 3.1 document that FastAPI wrote; raises KeyError where a reference leads nowhere."""
    schemas: JsonObject = document["components"]["schemas"]
    by_tag: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = _operation(method, path, operations[method], schemas)
                by_tag.setdefault(operations[method]["tags"][0], []).append(operation)
    return ApiReference(
        operations={tag: tuple(operations) for tag, operations in by_tag.items()},
        schemas=tuple(_schema(name, schema) for name, schema in schemas.items()),
    )


def _operation(method: str, path: str, operation: JsonObject, schemas: JsonObject) -> Operation:
    bodies = tuple(_bodies(operation.get("requestBody", {}).get("content", {}), schemas))
    needs_key = bool(operation.get("security"))
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        needs_key=needs_key,
        parameters=tuple(_parameter(parameter) for parameter in operation.get("parameters", ())),
        bodies=bodies,
        answers=tuple(_answer(status, answer) for status, answer in sorted(operation["responses"].items())),
        curl=_curl(method.upper(), path, bodies, needs_key),
    )


def _parameter(parameter: JsonObject) -> Field:
    schema = _without_null(parameter["schema"])
    return Field(
        name=parameter["name"],
        where=parameter["in"],
        type_words=tuple(_type_words(schema)),
        required=parameter.get("required", False),
        limits=_limits(schema),
        description=parameter.get("description", ""),
        choices=_choices(schema),
    )


def _without_null(schema: JsonObject) -> JsonObject:
    """Leave out null, which FastAPI allows where a parameter may be missing: no address or header can hold it."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return {**schema, **kinds[0], "anyOf": []} if len(kinds) == 1 else schema


def _bodies(content: JsonObject, schemas: JsonObject) -> Iterator[Body]:
    for media_type, described in content.items():
        schema = _resolve(described["schema"], schemas)
        yield Body(
            media_type=media_type,
            type_words=tuple(_type_words(described["schema"])),
            fields=_fields(schema),
            example=_example(described, schema, schemas) if media_type == JSON else _text_example(described),
        )


def _text_example(described: JsonObject) -> str:
    """Give the example of a body of text, such as JSON lines; of parts there is none."""
    example = described.get("example", "")
    return example if isinstance(example, str) else ""


def _answer(status: str, answer: JsonObject) -> Answer:
    for media_type, described in answer.get("content", {}).items():
        return Answer(
            status=status,
            description=answer["description"],
            media_type=media_type,
            type_words=tuple(_type_words(described.get("schema", {}))),
        )
    return Answer(status=status, description=answer["description"], media_type="", type_words=())


def _schema(name: str, schema: JsonObject) -> Schema:
    return Schema(name=name, description=schema.get("description", ""), fields=_fields(schema))


def _fields(schema: JsonObject) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(
        Field(
            name=name,
            where="body",
            type_words=tuple(_type_words(field)),
            required=name in required,
            limits=_limits(field),
            description=field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    )


def _type_words(schema: JsonObject) -> Iterator[TypeWord]:
    if "$ref" in schema:
        yield TypeWord(text=schema["$ref"].rsplit("/", 1)[-1], is_schema=True)
    elif alternatives := schema.get("anyOf") or schema.get("oneOf"):
        for place, alternative in enumerate(alternatives):
            if place:
                yield TypeWord(text=" or ")
            yield from _type_words(alternative)
    elif "const" in schema or "enum" in schema:
        yield TypeWord(text=" or ".join(json.dumps(value) for value in _values(schema)))
    elif schema.get("type") == "array":
        yield TypeWord(text="list of ")
        yield from _type_words(schema.get("items", {}))
    elif isinstance(schema.get("additionalProperties"), dict):
        yield TypeWord(text="object of ")
        yield from _type_words(schema["additionalProperties"])
    elif schema.get("format") == "binary":
        yield TypeWord(text="file")
    else:
        yield TypeWord(text=schema.get("type", "any JSON"))


LIMIT_WORDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
}


def _limits(schema: JsonObject) -> str:
    found = [LIMIT_WORDS[key].format(schema[key]) for key in LIMIT_WORDS if key in schema]
    for alternative in schema.get("anyOf", ()):
        found += [LIMIT_WORDS[key].format(alternative[key]) for key in LIMIT_WORDS if key in alternative]
    if schema.get("default") is not None:
        found.append(f"default {json.dumps(schema['default'])}")
    return ", ".join(found)


def _choices(schema: JsonObject) -> tuple[str, ...]:
    values = [True, False] if schema.get("type") == "boolean" else _values(schema)
    return tuple(value if isinstance(value, str) else json.dumps(value) for value in values)


def _values(schema: JsonObject) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _example(described: JsonObject, schema: JsonObject, schemas: JsonObject) -> str:
    """Give the document's own example, or the smallest body that the schema allows."""
    if "example" in described:
        example = described["example"]
    elif "examples" in described:
        example = next(iter(described["examples"].values()))["value"]
    elif "examples" in schema:
        example = schema["examples"][0]
    else:
        example = _smallest(schema, schemas)
    return json.dumps(example, indent=2, ensure_ascii=False)


PLACEHOLDERS = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "null": None}


def _smallest(schema: JsonObject, schemas: JsonObject) -> Any:
    schema = _resolve(schema, schemas)
    if alternatives := schema.get("anyOf"):
        return _smallest(alternatives[0], schemas)
    if values := _values(schema):
        return values[0]
    if "properties" in schema:
        return {name: _smallest(schema["properties"][name], schemas) for name in schema.get("required", ())}
    return PLACEHOLDERS.get(schema.get("type", "null"), {})


def _resolve(schema: JsonObject, schemas: JsonObject) -> JsonObject:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _curl(method: str, path: str, bodies: tuple[Body, ...], needs_key: bool) -> str:
    """Write a command for a shell; `$TOUCHSTONE` stands for the server's address and `$KEY` for the API key."""
    parts = ["curl"]
    if method != "GET" and not bodies:
        parts.append(f"-X {method}")
    if needs_key:
        parts.append('-H "Authorization: Bearer $KEY"')
    if any(body.media_type == FORM for body in bodies):
        parts.append("-F photos=@front.jpg -F photos=@label.jpg")
    elif bodies and bodies[0].media_type != JSON:
        parts.append(f"-H 'Content-Type: {bodies[0].media_type}' --data-binary @FILE")
    elif bodies:
        example = json.dumps(json.loads(bodies[0].example), ensure_ascii=False).replace("'", r"'\''")
        parts.append(f"-H 'Content-Type: {bodies[0].media_type}' -d '{example}'")
    parts.append(f'"$TOUCHSTONE{path}"')
    return " ".join(parts)
