"""Text that two sides of a case read: what would show something else than what is stored is refused.

Characters that change the direction of text, or that nothing shows, let one id look like another (Unicode Technical
Report 36, bidirectional spoofing). Ids and statements go to pages, reports and spreadsheets of people who don't know
each other.
"""

from __future__ import annotations

import itertools
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

UNSAFE_TEXT: Final = "unsafe_text"
_JOINERS: Final = frozenset("\u200c\u200d")  # of Persian and Indic words, and of emoji
_MARKS: Final = frozenset("\u200e\u200f\u061c")  # LRM, RLM, ALM: keyboards of Hebrew and Arabic put them into sentences
_BREAKS: Final = frozenset("\n\t")
# Letters, marks and signs that nothing shows (Unicode: Default_Ignorable_Code_Point, and the empty braille pattern).
_EMPTY: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_LATIN_UNTIL: Final = "\u024f"  # a joiner behind a Latin letter, a digit or another joiner joins nothing


def find_unsafe(text: str, *, one_line: bool) -> str | None:
    """Give the first character that may not stand in a text, as `U+202E`; None where there is none."""
    for before, character in itertools.pairwise(f" {text}"):
        if not one_line and character in _BREAKS | _MARKS | _JOINERS:
            continue
        if _is_hidden(before, character):
            return f"U+{ord(character):04X}"
    return None


def mark_hidden(text: str) -> str:
    """Give a text as it may be shown beside others: what a name may not have, but for line breaks, as `[U+202E]`.

    Checks take ids with any characters, and cases, clusters and test buys have the ids of their checks.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]" if character not in "\r\n\t" and _is_hidden(before, character) else character
        for before, character in itertools.pairwise(f" {text}")
    )


def _is_hidden(before: str, character: str) -> bool:
    if character in _JOINERS:
        return before <= _LATIN_UNTIL or before in _JOINERS
    return character in _EMPTY or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _require_safe_line(text: str) -> str:
    return _require_safe(text, one_line=True)


def _require_safe_text(text: str) -> str:
    return _require_safe(text.replace("\r\n", "\n"), one_line=False)


def _require_safe(text: str, *, one_line: bool) -> str:
    found = find_unsafe(text, one_line=one_line)
    if found is not None:
        raise PydanticCustomError(
            UNSAFE_TEXT,
            "has the character {character}, which is hidden or changes the direction of text; remove it",
            {"character": found},
        )
    return text


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and (not value or value.isspace()) else value


PlainName = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_require_safe_line)
]
OptionalPlainId = Annotated[PlainName | None, BeforeValidator(_none_if_blank)]
PlainText = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_require_safe_text)]
WebAddress = Annotated[
    str, StringConstraints(min_length=1, max_length=4096, pattern=r"^https?://\S+$"), AfterValidator(_require_safe_line)
]
