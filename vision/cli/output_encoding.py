"""Prints names that the terminal's encoding lacks, such as 日本.jpg in Latin-1, instead of failing on them."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

_HANDLER: Final = "touchstone.escape"
_PLAIN: Final = {
    "→": "->",
    "–": "-",
    "—": "-",
    "…": "...",
    "’": "'",
    "“": '"',
    "”": '"',
    "×": "x",
    "≤": "<=",
    "≥": ">=",
}


def print_any_name() -> None:
    """Let standard output and error write what they can't encode as escapes, or as plain signs for typographic ones."""
    codecs.register_error(_HANDLER, _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _escape(error: UnicodeError) -> tuple[str | bytes, int]:
    """Escapes of JSON, so that printed JSON stays JSON: characters beyond 16 bits take two."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character) or _json_escape(character) for character in lacking), error.end


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
