"""Reads one TOML file, with overrides from the command line, into one frozen and typed configuration."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from vision.config.convert import build_section, convert, unknown_key
from vision.config.fields import (
    Setting,
    describe_settings,
    field_types,
    section_of,
    setting,
    table_value_of,
    union_arms,
)
from vision.errors import ConfigError

__all__ = ["Setting", "configure", "describe_settings", "read_config", "read_layered_config", "setting"]

T = TypeVar("T")


def read_config(kind: type[T], path: Path, overrides: Sequence[str] = ()) -> T:
    """Read a TOML file into the dataclass `kind`; `overrides` are `a.b.c=value`, typed by the key they set.

    Raises ConfigError, which names the file or the override, the key, and what to write instead.
    """
    table = _read_table(path)
    _apply_all(kind, table, overrides)
    try:
        return build_section(kind, table)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def configure(kind: type[T], table: Mapping[str, Any], overrides: Sequence[str] = ()) -> T:
    """The dataclass `kind` of a table, for which there is no file, and of `overrides` as `read_config` takes them.

    Raises ConfigError, which names the key or the override.
    """
    own = copy.deepcopy(dict(table))
    _apply_all(kind, own, overrides)
    return build_section(kind, own)


def read_layered_config(kind: type[T], path: Path, layers: Sequence[Mapping[str, Any]]) -> T:
    """Read a TOML file into the dataclass `kind`, with tables laid over the file's, the last on top.

    Raises ConfigError, which names the key; of an unreadable file also the file.
    """
    table = _read_table(path)
    for layer in layers:
        table = _laid_over(table, layer)
    return build_section(kind, table)


def _read_table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; name a TOML file, such as configs/demo.toml") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text; a configuration is a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for name, value in above.items():
        under = laid.get(name)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            laid[name] = _laid_over(under, value)
        else:
            laid[name] = value
    return laid


def _apply_all(kind: type[Any], table: dict[str, Any], overrides: Sequence[str]) -> None:
    for override in overrides:
        try:
            _apply(kind, table, override)
        except ConfigError as error:
            raise ConfigError(f"--set {override}: {error}") from error


def _apply(kind: type[Any], table: dict[str, Any], override: str) -> None:
    """Put one `key=value` into the table, where the value is TOML when that fits the key's type, else plain text."""
    key, equals, text = override.partition("=")
    names = _key_names(key.strip())
    if not equals or not names:
        raise ConfigError("write KEY=VALUE, such as run.folder=runs/first")
    annotation = _annotation_at(kind, names)
    value = _fitting_value(kind, annotation, text.strip(), ".".join(names))
    for name in names[:-1]:
        below = table.setdefault(name, {})
        if not isinstance(below, dict):
            raise ConfigError(f"{name} is no section in the file, so nothing can be set inside it")
        table = below
    table[names[-1]] = value


def _key_names(key: str) -> list[str]:
    """Split a dotted key as TOML does, so that `products."a.b".counterfeit_share` works; [] when it is not a key."""
    try:
        parsed: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return []
    names: list[str] = []
    while isinstance(parsed, dict):
        name, parsed = next(iter(parsed.items()))
        names.append(name)
    return names


def _annotation_at(kind: type[Any], names: Sequence[str]) -> object:
    annotation: object = kind
    for depth, name in enumerate(names):
        key = ".".join(names[: depth + 1])
        table_value = table_value_of(annotation)
        section = section_of(annotation)
        if annotation is object:  # the code that uses this setting reads and checks what is below
            return object
        if table_value is not None:
            annotation = table_value
        elif section is not None:
            fields = field_types(section)
            if name not in fields:
                raise unknown_key(key, siblings=list(fields), root=kind)
            annotation = fields[name][1]
        else:
            raise ConfigError(f"{'.'.join(names[:depth])} is a single value, so it has no key {name!r}")
    return annotation


def _fitting_value(kind: type[Any], annotation: object, text: str, key: str) -> object:
    """Give the TOML reading of `text` if its type fits, else the text itself; an empty value unsets an optional key."""
    if not text and type(None) in union_arms(annotation):
        return None
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        table = {}
    if list(table) != ["value"]:  # not one TOML value
        convert(annotation, text, key, root=kind)
        return text
    parsed: object = table["value"]
    try:
        convert(annotation, parsed, key, root=kind)
    except ConfigError as error:
        try:
            convert(annotation, text, key, root=kind)
        except ConfigError:
            raise error from None
        return text
    return parsed
