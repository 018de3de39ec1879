"""Frozen dataclasses to and from JSON, with the dotted name of a wrong key in each error.

NaN is written as null. Only a field of type NullableFloat reads null back, as NaN; any other number must be one.
"""

import enum
import math
import sys
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import PurePath
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from vision.errors import BundleError, ConfigError

T = TypeVar("T")

_NULL_IS_NAN: Final = "null is NaN"
NullableFloat: TypeAlias = Annotated[float, _NULL_IS_NAN]


def to_json_table(record: object, *, decimals: int | None = None) -> dict[str, object]:
    """A dataclass as a JSON-able table; infinity becomes the word "inf" or "-inf", and NaN null.

    Tuples become lists, paths text with slashes, and an Enum its value. With `decimals` floats are rounded to as many.
    """
    return cast(dict[str, object], to_json(record, decimals=decimals))


def to_json(value: object, *, decimals: int | None = None) -> object:
    """JSON-able copy of a value, by the rules of `to_json_table`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name), decimals=decimals) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item, decimals=decimals) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item, decimals=decimals) for item in value]
    if isinstance(value, enum.Enum):
        return to_json(value.value, decimals=decimals)
    if isinstance(value, float):
        return _float_to_json(value, decimals)
    if value is None or isinstance(value, bool | int | str):
        return value
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return to_json(value.tolist(), decimals=decimals)
    return value.as_posix() if isinstance(value, PurePath) else str(value)


def _float_to_json(value: float, decimals: int | None) -> float | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return str(value)
    return value if decimals is None else round(value, decimals)


def from_json(kind: type[T], value: object, where: str) -> T:
    """A `kind` read from parsed JSON; keys that it lacks are ignored, so that newer writers may add some.

    Raises BundleError naming `where` and the key when a key is missing or holds another type.
    """
    return cast(T, _read(kind, value, where))


def _read(kind: Any, value: object, where: str) -> object:
    if is_dataclass(kind):
        return _read_dataclass(cast(type[Any], kind), value, where)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return math.nan if value is None and _NULL_IS_NAN in args else _read(args[0], value, where)
    if origin is Literal:
        return _read_literal(args, value, where)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(next(arg for arg in args if arg is not types.NoneType), value, where)
    if origin is tuple:
        return tuple(_read(args[0], item, f"{where}[{i}]") for i, item in enumerate(_expect(list, value, where)))
    if origin is not None:  # Mapping[str, X]
        return {key: _read(args[1], item, f"{where}.{key}") for key, item in _expect(dict, value, where).items()}
    return _read_plain(kind, value, where)


def _read_dataclass(kind: type[Any], value: object, where: str) -> object:
    table = _expect(dict, value, where)
    hints = get_type_hints(kind, include_extras=True)
    given: dict[str, object] = {}
    for field in fields(kind):
        if field.name in table:
            given[field.name] = _read(hints[field.name], table[field.name], f"{where}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BundleError(f"{where} lacks the key {field.name!r}: the bundle was written by something else.")
    try:
        return kind(**given)
    except ConfigError as error:
        raise BundleError(f"{where}: {error.message}") from error


def _read_literal(allowed: tuple[object, ...], value: object, where: str) -> object:
    if value not in allowed:
        raise BundleError(f"{where} is {value!r}: expected one of {', '.join(map(repr, allowed))}.")
    return value


def _read_plain(kind: Any, value: object, where: str) -> object:
    if kind is object:
        return value
    if kind is float:
        if isinstance(value, str) and value in ("inf", "-inf"):
            return float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max:
            return float(value)
        raise _mismatch("a number", value, where)
    if kind is int and isinstance(value, bool):
        raise _mismatch("a whole number", value, where)
    return _expect(kind, value, where)


_WORDS: dict[type, str] = {
    dict: "a table",
    list: "a list",
    str: "text",
    int: "a whole number",
    bool: "true or false",
}


def _expect(kind: type[T], value: object, where: str) -> T:
    if not isinstance(value, kind):
        raise _mismatch(_WORDS[kind], value, where)
    return value


def _mismatch(expected: str, value: object, where: str) -> BundleError:
    return BundleError(f"{where} is {str(value)[:80]!r}: expected {expected}.")
