"""What a setting is: a dataclass field with a default and one sentence of help, listed for docs, tests and messages."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, overload

from vision.json_dataclass import to_json

T = TypeVar("T")

TABLE_NAME = "NAME"  # stands for the free key in `dict[str, Section]`, as in `products.NAME.counterfeit_share`
_WORDS: Mapping[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    type(None): "not set",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One documented key of a configuration: `key` is dotted, `type` and `default` are in words fit for a table."""

    key: str
    type: str
    default: str
    help: str


@overload
def setting(*, help: str) -> Any: ...
@overload
def setting(default: T, *, help: str) -> T: ...
@overload
def setting(*, factory: Callable[[], T], help: str) -> T: ...
def setting(default: Any = dataclasses.MISSING, *, factory: Any = dataclasses.MISSING, help: str) -> Any:  # noqa: A002
    """Declare a dataclass field with its help sentence; without `default` and `factory` the key is required."""
    if default is not dataclasses.MISSING:
        return dataclasses.field(default=default, metadata={"help": help})
    return dataclasses.field(default_factory=factory, metadata={"help": help})


def describe_settings(kind: type[Any]) -> list[Setting]:
    """List every key of a configuration dataclass, sections flattened to dotted keys, in the order written."""
    return _describe(kind, prefix="")


def field_types(kind: type[Any]) -> dict[str, tuple[dataclasses.Field[Any], object]]:
    """Give each field of a dataclass with its resolved annotation, by name."""
    hints = get_type_hints(kind)
    return {field.name: (field, hints[field.name]) for field in dataclasses.fields(kind) if field.init}


def section_of(annotation: object) -> type[Any] | None:
    """Give the dataclass behind `Section` or `Section | None`, else None."""
    candidates = [arm for arm in union_arms(annotation) if arm is not type(None)]
    found = candidates[0] if len(candidates) == 1 else None
    return found if isinstance(found, type) and dataclasses.is_dataclass(found) else None


def table_value_of(annotation: object) -> object | None:
    """Give the value type behind `dict[str, V]` or `Mapping[str, V]`, else None."""
    origin = get_origin(annotation)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value: object = get_args(annotation)[1]
        return value
    return None


def union_arms(annotation: object) -> tuple[object, ...]:
    """Give the alternatives of a union, or the annotation alone."""
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


def type_in_words(annotation: object) -> str:
    """Name the values that a setting takes, as in `one of "frozen", "finetune"` or `list of whole numbers`."""
    arms = union_arms(annotation)
    if len(arms) > 1:
        return " or ".join(type_in_words(arm) for arm in arms if arm is not type(None))
    origin = get_origin(annotation)
    if origin is Literal:
        return "one of " + ", ".join(json.dumps(value) for value in get_args(annotation))
    if origin in (tuple, list):
        return _list_in_words(get_args(annotation))
    if table_value_of(annotation) is not None:
        return f"table of {_in_plural(type_in_words(table_value_of(annotation)))}"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return "one of " + ", ".join(json.dumps(member.value) for member in annotation)
    if section_of(annotation) is not None:
        return "section"
    return _WORDS.get(annotation, "any value")


def _list_in_words(items: tuple[object, ...]) -> str:
    if len(items) == 2 and items[1] is not Ellipsis:
        return f"[{type_in_words(items[0])}, {type_in_words(items[1])}]"
    if len(items) > 2:
        return "[" + ", ".join(type_in_words(item) for item in items) + "]"
    return f"list of {_in_plural(type_in_words(items[0]))}"


def _in_plural(words: str) -> str:
    if words.startswith("table of "):
        return f"tables{words.removeprefix('table')}"
    return f"{words}s" if words.endswith(("number", "path", "value")) else words


def _describe(kind: type[Any], prefix: str) -> list[Setting]:
    found: list[Setting] = []
    for name, (field, annotation) in field_types(kind).items():
        key = f"{prefix}{name}"
        table_value = table_value_of(annotation)
        section = section_of(annotation) or section_of(table_value)
        if section is not None:
            below = f"{key}.{TABLE_NAME}." if table_value is not None else f"{key}."
            found.extend(_describe(section, below))
            continue
        found.append(
            Setting(
                key=key,
                type=type_in_words(annotation),
                default=_default_in_words(field),
                help=str(field.metadata.get("help", "")),
            )
        )
    return found


def _default_in_words(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "required"
    if value is None:
        return "not set"
    return json.dumps(to_json(value), ensure_ascii=False)
