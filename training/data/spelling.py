"""Names that a person reads as one and a computer as two: other spaces, case, Unicode form or invisible characters."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_INVISIBLE = ("Cf", "Cc")  # zero-width characters, marks of direction, soft hyphens; control characters


def names_alike(names: Iterable[str], *, ignore_case: bool) -> tuple[tuple[str, ...], ...]:
    """Groups of different names that look the same, each sorted."""
    groups: dict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[_as_read(name, ignore_case)].add(name)
    return tuple(tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)


def show_spelling(name: str) -> str:
    """The name in quotes, with its invisible and combining characters and unusual spaces as escapes."""
    return "'" + "".join(_escaped(character) if _is_hidden(character) else character for character in name) + "'"


def _as_read(name: str, ignore_case: bool) -> str:
    visible = "".join(character for character in name if unicodedata.category(character) not in _INVISIBLE)
    composed = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", visible)).strip()
    return composed.casefold() if ignore_case else composed


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category in (*_INVISIBLE, "Mn") or (category.startswith("Z") and character != " ")


def _escaped(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode()
