"""A configuration as the TOML that reads back to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping


def toml_text(table: Mapping[str, object]) -> str:
    """TOML of nested tables of text, numbers, truth values and lists; None is left out: a key that is not set."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, object], path: tuple[str, ...]) -> list[str]:
    values = {name: value for name, value in table.items() if not isinstance(value, Mapping) and value is not None}
    lines = [f"{_key(name)} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    if path and lines:
        lines = ["", f"[{'.'.join(map(_key, path))}]", *lines]
    for name, below in table.items():
        if isinstance(below, Mapping):
            lines += _lines(below, (*path, name))
    return lines


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
