"""Lines of a job as they arrive, split without holding more than the line that is not complete yet."""

from __future__ import annotations

import dataclasses
from typing import Protocol

from serving.store.job_line_rows import Fault


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SentLine:
    """A line as JSON, at the line `number` of what was sent; with a `fault` it cannot be judged as it is."""

    number: int
    content: bytes | None
    fault: Fault | None = None


class Splitter(Protocol):
    """Makes lines of the pieces of a body, whatever their lengths."""

    def feed(self, piece: bytes) -> list[SentLine]:
        """Give the lines that are complete with this piece."""

    def finish(self) -> list[SentLine]:
        """Give what is left at the end of the body."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line of text without its line break; None where it has more bytes than a line may have."""

    number: int
    text: bytes | None


class TextLines:
    """Splits bytes at line feeds. A line that is too long is dropped while it arrives, and given without its text."""

    def __init__(self, max_line_bytes: int) -> None:
        self._max_line_bytes = max_line_bytes
        self._number = 0
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[TextLine]:
        """Give the lines that end in this piece."""
        first, *rest = piece.split(b"\n")
        self._add(first)
        lines: list[TextLine] = []
        for part in rest:
            lines.append(self._end())
            self._add(part)
        return lines

    def finish(self) -> list[TextLine]:
        """Give the last line, where no line feed ended it."""
        return [self._end()] if self._size else []

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._max_line_bytes:
            self._pieces.clear()
        elif part:
            self._pieces.append(part)

    def _end(self) -> TextLine:
        self._number += 1
        too_long = self._size > self._max_line_bytes
        text = None if too_long else b"".join(self._pieces).removesuffix(b"\r")
        self._pieces, self._size = [], 0
        return TextLine(number=self._number, text=text)
