"""Turns the tables of a TOML file into typed, frozen sections; an error names the key that does not fit."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from vision.config.fields import (
    TABLE_NAME,
    describe_settings,
    field_types,
    section_of,
    table_value_of,
    type_in_words,
    union_arms,
)
from vision.errors import ConfigError

T = TypeVar("T")


def build_section(kind: type[T], table: object, key: str = "", *, root: type[Any] | None = None) -> T:
    """Build a configuration dataclass from a TOML table; `key` is the table's own dotted key, for messages."""
    if not isinstance(table, Mapping):
        raise ConfigError(f"{key}: expected a section, got {_shown(table)}")
    root = root or kind
    fields = field_types(kind)
    for name in table:
        if name not in fields:
            raise unknown_key(join(key, str(name)), siblings=list(fields), root=root)
    values: dict[str, object] = {}
    for name, (field, annotation) in fields.items():
        if name in table:
            values[name] = convert(annotation, table[name], join(key, name), root=root)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            values[name] = _built_without_keys(annotation, field, join(key, name), root)
    try:
        return kind(**values)
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}" if key else str(error)) from error


def convert(annotation: object, value: object, key: str, *, root: type[Any]) -> object:
    """Give `value` as the annotated type; raises ConfigError naming the key, the value and what fits."""
    arms = union_arms(annotation)
    if len(arms) > 1:
        return _convert_union(arms, value, key, root)
    section = section_of(annotation)
    if section is not None:
        return value if isinstance(value, section) else build_section(section, value, key, root=root)
    table_value = table_value_of(annotation)
    if table_value is not None:
        return _convert_table(table_value, value, key, root)
    origin = get_origin(annotation)
    if origin is Literal:
        return _convert_choice(get_args(annotation), value, key)
    if origin in (tuple, list):
        return _convert_list(annotation, value, key, root)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return annotation(_convert_choice(tuple(member.value for member in annotation), value, key))
    return _convert_plain(annotation, value, key)


def join(key: str, name: str) -> str:
    """Give the dotted key of `name` inside the section `key`."""
    return f"{key}.{name}" if key else name


def unknown_key(key: str, *, siblings: list[str], root: type[Any]) -> ConfigError:
    """Give the error for an unknown key, naming the nearest key beside it or the same name elsewhere."""
    name = key.rpartition(".")[2]
    near = difflib.get_close_matches(name, siblings, n=1, cutoff=0.5)
    elsewhere = [known.key for known in describe_settings(root) if known.key.rpartition(".")[2] == name]
    if near:
        return ConfigError(f'{key}: unknown key; did you mean "{near[0]}"?')
    if elsewhere:
        return ConfigError(f'{key}: unknown key here; did you mean "{elsewhere[0]}"?')
    return ConfigError(f"{key}: unknown key; known here: {', '.join(sorted(siblings))}")


def _built_without_keys(annotation: object, field: dataclasses.Field[Any], key: str, root: type[Any]) -> object:
    section = section_of(annotation)
    if section is not None:
        return build_section(section, {}, key, root=root)
    help_sentence = field.metadata.get("help", "")
    raise ConfigError(f"{key}: required, and not set" + (f" ({help_sentence})" if help_sentence else ""))


def _convert_union(arms: tuple[object, ...], value: object, key: str, root: type[Any]) -> object:
    if value is None and type(None) in arms:
        return None
    errors: list[ConfigError] = []
    present = [arm for arm in arms if arm is not type(None)]
    for arm in present:
        try:
            return convert(arm, value, key, root=root)
        except ConfigError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    raise ConfigError(f"{key}: expected {' or '.join(type_in_words(arm) for arm in present)}, got {_shown(value)}")


def _convert_table(value_type: object, value: object, key: str, root: type[Any]) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{key}: expected a table with one entry per name ({key}.{TABLE_NAME}), got {_shown(value)}")
    return {str(name): convert(value_type, item, join(key, str(name)), root=root) for name, item in value.items()}


def _convert_choice(choices: tuple[object, ...], value: object, key: str) -> object:
    for choice in choices:
        if choice == value and type(choice) is type(value):
            return choice
    allowed = ", ".join(_shown(choice) for choice in choices)
    near = difflib.get_close_matches(str(value), [str(choice) for choice in choices], n=1)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    raise ConfigError(f"{key}: expected one of {allowed}, got {_shown(value)}{hint}")


def _convert_list(annotation: object, value: object, key: str, root: type[Any]) -> tuple[object, ...] | list[object]:
    items = get_args(annotation)
    given = list(value) if isinstance(value, (list, tuple)) else [value]  # one value stands for a list of one
    if get_origin(annotation) is tuple and items[-1] is not Ellipsis:
        if len(given) != len(items):
            raise ConfigError(f"{key}: expected {len(items)} values, got {len(given)}: {_shown(value)}")
        return tuple(convert(items[i], item, f"{key}[{i}]", root=root) for i, item in enumerate(given))
    converted = [convert(items[0], item, f"{key}[{i}]", root=root) for i, item in enumerate(given)]
    return converted if get_origin(annotation) is list else tuple(converted)


def _convert_plain(annotation: object, value: object, key: str) -> object:
    if annotation in (object, Any):
        return value
    if annotation is Path and isinstance(value, (str, Path)) and str(value):
        return Path(value).expanduser()
    if annotation is float and type(value) in (int, float) and not math.isnan(float(value)):  # type: ignore[arg-type]
        return float(value)  # type: ignore[arg-type]
    if annotation in (bool, int, str) and type(value) is annotation:  # exact: True is no whole number
        return value
    if annotation in (bool, int, float, str, Path):
        raise ConfigError(f"{key}: expected {type_in_words(annotation)}, got {_shown(value)}")
    raise TypeError(f"{key}: a setting cannot have the type {annotation!r}")


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
